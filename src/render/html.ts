import type { Report } from '../report/report.js'
import type { Envelope, Format } from './format.js'
import { sectionOf } from './html-sections.js'
import { STYLE } from './html-style.js'
import { shown } from './units.js'
import { inert } from './xml-text.js'

/**
 * One self-contained page: opens from a file, loads nothing, runs nothing (its content security policy allows only its own style),
 * follows the reader's dark mode and prints. Drawings are pictures, with the same as text below for search and screen readers.
 */
export const html: Format = {
  name: 'html',
  endings: ['.html', '.htm'],
  shows: ['table', 'drawing', 'series', 'path'],
  async render(report, envelope) {
    const sections: string[] = []
    // One after the other: each drawing takes a thread of its own.
    for (const section of report.sections) sections.push(await sectionOf(section, report))
    return page(report, envelope, sections)
  },
}

function page({ title, notes }: Report, envelope: Envelope, sections: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${inert(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${inert(title)}</h1>
${origin(envelope)}</header>
<main>
${sections.join('\n')}
</main>
${notes.length === 0 ? '' : `<footer>\n<h2>Notes</h2>\n<ul>\n${notes.map(note => `<li>${inert(note)}</li>`).join('\n')}\n</ul>\n</footer>\n`}</body>
</html>
`
}

/** What was looked at: the command, the target and each heap, as far as known. */
function origin({ command, target, heaps }: Envelope): string {
  const facts = [
    ['command', `leakscope ${command}`],
    ...(target ? [['target', named(target)]] : []),
    ...heaps.map(heap => ['heap', named(heap)]),
  ]
  return `<dl>\n${facts.map(([term, fact]) => `<dt>${term}</dt><dd>${inert(fact!)}</dd>`).join('\n')}\n</dl>\n`
}

function named(facts: Readonly<Record<string, unknown>>): string {
  return Object.entries(facts)
    .filter(([, fact]) => typeof fact === 'string' || typeof fact === 'number')
    .map(
      ([name, fact]) =>
        `${name} ${typeof fact === 'number' && name !== 'pid' ? shown(fact, name === 'bytes' ? 'bytes' : 'count') : fact}`,
    )
    .join(' · ')
}
