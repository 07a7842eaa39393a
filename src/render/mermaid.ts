import type { PathStep } from '../report/report.js'
import { plain } from './plain-text.js'
import { wordOf } from './words.js'

/**
 * A retaining path as a Mermaid flowchart, which GitHub draws in job summaries and comments, where no SVG can be
 * embedded. Heap strings are written with Mermaid's numeric character codes, so that they are only text.
 */
export function mermaidPath(steps: readonly PathStep[]): string {
  const nodes = steps.map(({ type, name, location }, at) => {
    const place = location === null ? '' : `${location.file.split(/[\\/]/).at(-1)}:${location.line}`
    return `  n${at}["${[wordOf(type, name), cut(name), place].filter(Boolean).map(inert).join('<br>')}"]`
  })
  const edges = steps.slice(1).map(({ edge }, at) => `  n${at} -->|"${inert(cut(edge)) || ' '}"| n${at + 1}`)
  const last = steps.length === 0 ? [] : [`  style n${steps.length - 1} stroke:#d1242f,stroke-width:2px`]
  return ['flowchart TD', ...nodes, ...edges, ...last].join('\n')
}

const cut = (text: string): string => (text.length > 60 ? `${Array.from(text).slice(0, 59).join('')}…` : text)

const inert = (text: string): string =>
  plain(text).replace(/[^\p{L}\p{N} ._/-]/gu, character => `#${character.codePointAt(0)};`)
