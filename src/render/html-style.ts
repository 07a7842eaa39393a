/** How the page looks: system fonts, light or dark as the reader has it, tables that scroll rather than break, and ink on paper. */
export const STYLE = `
:root { --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --page: #fff; --accent: #0969da }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --page: #0d1117; --accent: #4493f8 } }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 80rem; color: var(--ink); background: var(--page); font: 15px/1.5 system-ui, sans-serif }
h1 { margin: 0 0 .5rem; font-size: 1.6rem } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0; color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
.wide { overflow-x: auto; margin: 0 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere }
thead th { color: var(--soft); font-weight: 600 } tbody th { font-weight: inherit }
.number { text-align: right; white-space: nowrap }
figure { padding: .5rem; border: 1px solid var(--line); border-radius: 6px; background: #fff }
.curve { vertical-align: middle } .curve polyline { fill: none; stroke: var(--accent); stroke-width: 1.5; stroke-linejoin: round }
code, pre { font: 13px/1.45 ui-monospace, monospace } code { overflow-wrap: anywhere } pre { overflow-x: auto }
summary { margin: .5rem 0; color: var(--soft); cursor: pointer } i { color: var(--soft) } footer { color: var(--soft) }
@media print { body { margin: 0; max-width: none } .wide { overflow: visible } }
`
