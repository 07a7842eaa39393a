import { sourceText } from '../package-file.js'
import type { Explorable } from '../report/explorable.js'
import type { AllocationProfile } from '../report/profile.js'
import type { Report } from '../report/report.js'
import { flameGraph } from './flame.js'
import type { Envelope, Format } from './format.js'
import { excerptsOf } from './html-excerpts.js'
import { sectionOf } from './html-sections.js'
import { excerpt, plain } from './plain-text.js'
import { shown } from './units.js'
import { escaped, inert } from './xml-text.js'

/**
 * One self-contained page: opens from a file, loads nothing, supports dark mode and printing. Its content security
 * policy allows only its own styles and, by their hash, its own scripts: no heap string can run as code. Everything can
 * be read without scripts; they sort and filter tables, move and zoom drawings, and explore the embedded part of the
 * heap.
 */
export const html: Format = {
  name: 'html',
  endings: ['.html', '.htm'],
  shows: ['table', 'drawing', 'series', 'path'],
  async render(report, envelope, { style = 'modern' }) {
    const sections: string[] = []
    // One after the other: each drawing takes a separate thread.
    for (const [at, section] of report.sections.entries())
      sections.push(await sectionOf(section, report, `s${at}`, style))
    if (report.profile !== undefined) sections.unshift(flameSection(report.profile))
    const { createHash } = await import('node:crypto')
    const script = scriptText()
    return page(report, envelope, sections, script, createHash('sha256').update(script).digest('base64'))
  },
}

function page(report: Report, envelope: Envelope, sections: readonly string[], script: string, hash: string): string {
  const { title, headline, notes, findings } = report
  const explorable = envelope.explore?.()
  const verdict = ['leaking', 'not-leaking', 'inconclusive'].find(word => word === findings?.verdict) ?? ''
  // A headline that equals the title is not repeated.
  const heading =
    headline?.endsWith(title) === true
      ? `<h1 class="headline ${verdict}">${inert(headline)}</h1>`
      : `<h1>${inert(title)}</h1>${headline === undefined ? '' : `\n<p class="headline ${verdict}">${inert(headline)}</p>`}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${inert(title)}</title>
<style>${sourceText('render/page/page.css')}</style>
</head>
<body>
<header>
${heading}
${origin(envelope)}${contentsOf(report, explorable, envelope)}</header>
<main>
${[...withExplorer(report, sections, explorable), ...excerptSection(envelope)].join('\n')}
</main>
${notes.length === 0 ? '' : `<footer>\n<h2>Notes</h2>\n<ul>\n${notes.map(note => `<li>${inert(note)}</li>`).join('\n')}\n</ul>\n</footer>\n`}<script>${script}</script>
</body>
</html>
`
}

const excerptSection = ({ excerpts = [] }: Envelope): string[] => (excerpts.length === 0 ? [] : [excerptsOf(excerpts)])

const flameSection = (profile: AllocationProfile): string =>
  `<section id="flame">\n<h2>Live memory by allocating stack</h2>\n<p>The width of a frame shows the live bytes that the function and its callees allocated. Hover over a frame for its bytes and line.</p>\n<figure class="drawing">${flameGraph(profile)}</figure>\n</section>`

let scripts: string | undefined

/** The scripts of the page, concatenated: `viewport` first, which the others use. */
function scriptText(): string {
  scripts ??= ['viewport', 'tables', 'drawings', 'explorer']
    .map(name => sourceText(`render/page/${name}.js`))
    .join('\n')
  return scripts
}

/** Puts the explorer after the first picture or path, which it continues, else at the end. */
function withExplorer(
  { sections }: Report,
  parts: readonly string[],
  explorable: Explorable | undefined,
): readonly string[] {
  if (explorable === undefined) return parts
  const first = sections.findIndex(({ shape }) => shape === 'drawing' || shape === 'path')
  const at = first < 0 ? parts.length : first + 1
  return [...parts.slice(0, at), explorer(explorable), ...parts.slice(at)]
}

function explorer(explorable: Explorable): string {
  const { length } = explorable.nodes
  // Escapes characters that reorder or hide text, and any that could end the script or begin a comment.
  const json = JSON.stringify(explorable, (_, value: unknown) =>
    typeof value === 'string' ? plain(value) : value,
  ).replace(/[<>&\u2028\u2029]/g, unsafe => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `<section id="walk">
<h2>Walk through the heap</h2>
<p>${shown(length, 'count')} objects around the first one. Click an object for what retains it and what it refers to; double-click, or Enter, shows its references in the picture.</p>
<div id="explorer"></div>
<script type="application/json" id="explorable">${json}</script>
</section>
`
}

/** Links to the sections if there are several. */
function contentsOf({ sections }: Report, explorable: Explorable | undefined, { excerpts = [] }: Envelope): string {
  const links = [
    ...sections.map(({ title }, at) => [`s${at}`, title] as const),
    ...(explorable === undefined ? [] : [['walk', 'Walk through the heap'] as const]),
    ...(excerpts.length === 0 ? [] : [['source', 'In the source'] as const]),
  ].filter(([, title]) => title !== '')
  if (links.length < 3 || links.length > 20) return ''
  return `<nav aria-label="sections"><ul>\n${links.map(([id, title]) => `<li><a href="#${id}">${escaped(excerpt(title, 60))}</a></li>`).join('\n')}\n</ul></nav>\n`
}

/** The origin of the answer: the command, the target and each heap, as far as known. */
function origin({ command, target, heaps, cwd }: Envelope): string {
  const program = text(target?.title)
  const process = cwd !== undefined && program.startsWith(`${cwd}/`) ? program.slice(cwd.length + 1) : program
  const facts = [
    ['Command', `leakscope ${command}`],
    ...(target ? [['Process', named({ ...target, title: process }, PROCESS)]] : []),
    ...(heaps.length > FEW_HEAPS ? [] : heaps.map(heap => ['Heap', named(heap, HEAP)])),
  ].filter(([, fact]) => fact !== '')
  const rows = facts.map(([term, fact]) => `<dt>${term}</dt><dd>${inert(fact!)}</dd>`)
  return `<dl>\n${[...rows, ...manyHeaps(heaps)].join('\n')}\n</dl>\n`
}

const FEW_HEAPS = 2

/** A series of heaps is one line that can be expanded to the files. */
function manyHeaps(heaps: Envelope['heaps']): string[] {
  if (heaps.length <= FEW_HEAPS) return []
  const [first, last] = [heaps[0]!, heaps.at(-1)!].map(({ capturedAt }) => text(capturedAt))
  const when = first === '' || last === '' ? '' : `, captured ${first} to ${last}`
  const files = heaps.map(heap => `<li>${inert(named(heap, HEAP))}</li>`).join('\n')
  return [
    `<dt>Heaps</dt><dd><details><summary>${inert(`${heaps.length}${when}`)}</summary><ol>\n${files}\n</ol></details></dd>`,
  ]
}

type Facts = Readonly<Record<string, unknown>>
const number = (value: unknown, unit: 'count' | 'bytes'): string =>
  typeof value === 'number' ? shown(value, unit) : ''
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const PROCESS: readonly ((facts: Facts) => string)[] = [
  ({ pid }) => (typeof pid === 'number' ? `pid ${pid}` : ''),
  ({ title }) => text(title),
  ({ nodeVersion }) => (text(nodeVersion) ? `Node.js ${text(nodeVersion).replace(/^v/, '')}` : ''),
]
const HEAP: readonly ((facts: Facts) => string)[] = [
  ({ path }) => text(path),
  ({ capturedAt }) => (text(capturedAt) ? `captured ${text(capturedAt)}` : ''),
  ({ nodes }) => (typeof nodes === 'number' ? `${number(nodes, 'count')} objects` : ''),
  ({ bytes }) => number(bytes, 'bytes'),
]

const named = (facts: Facts, parts: readonly ((facts: Facts) => string)[]): string =>
  parts
    .map(part => part(facts))
    .filter(part => part !== '')
    .join(' · ')
