import { isNodejsFile } from '../place.js'
import type { AllocationProfile, ProfileFrame } from '../report/profile.js'
import { sized } from '../units.js'
import { excerpt } from './plain-text.js'
import { type StackNode, stackTree } from './stack-tree.js'
import { escaped, inert } from './xml-text.js'

const WIDTH = 1200
const ROW = 20
const LETTER = 6.6
/** Frames narrower than this, in units of the picture, are left out: too small to see or click. */
const NARROWEST = 1.5
const DEEPEST = 120

/**
 * A flame graph of live memory, callers above callees; a frame's width shows its total bytes. Works as an SVG file and
 * inside a page. Frames of the program are coloured by file, those of packages paler, those of Node.js and V8 grey.
 */
export function flameGraph(profile: AllocationProfile): string {
  const root = stackTree(profile)
  const frames = laidOut(root)
  const depth = frames.reduce((most, { row }) => Math.max(most, row), 0)
  const height = (depth + 1) * ROW + 2
  const boxes = frames.map(placed => boxOf(placed, root.total))
  return `<svg xmlns="http://www.w3.org/2000/svg" class="flame" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11" role="img" aria-label="flame graph of live allocations, ${inert(sized(root.total))}">
<style>.flame text{fill:#1c2430;pointer-events:none}.flame rect{stroke:#fff;stroke-width:.6}.flame g:hover rect{stroke:#111;stroke-width:1.2}</style>
${boxes.join('\n')}
</svg>
`
}

interface Placed {
  readonly node: StackNode
  readonly row: number
  readonly x: number
  readonly width: number
}

function laidOut(root: StackNode): Placed[] {
  const placed: Placed[] = [{ node: root, row: 0, x: 0, width: WIDTH }]
  if (root.total === 0) return placed
  const scale = WIDTH / root.total
  for (let at = 0; at < placed.length; at++) {
    const { node, row, x } = placed[at]!
    if (row === DEEPEST) continue
    let from = x
    for (const child of node.children) {
      const width = child.total * scale
      if (width >= NARROWEST) placed.push({ node: child, row: row + 1, x: from, width })
      from += width
    }
  }
  return placed
}

function boxOf({ node, row, x, width }: Placed, total: number): string {
  const { frame } = node
  const name = row === 0 ? `all, ${sized(total)}` : frame.function || '(anonymous)'
  const share = total === 0 ? 0 : (node.total / total) * 100
  const place = frame.file === '' ? '' : `\n${frame.file}:${frame.line}:${frame.column}`
  const own = node.self === 0 ? '' : `, ${sized(node.self)} of it allocated here`
  const title = `${inert(name)}${place === '' ? '' : `\n${inert(place.slice(1))}`}\n${escaped(`${sized(node.total)} (${share.toFixed(1)} %)${own}`)}`
  const letters = Math.floor((width - 6) / LETTER)
  const label =
    letters < 3
      ? ''
      : `<text x="${(x + 3).toFixed(1)}" y="${row * ROW + 14}">${inert(row === 0 ? excerpt(name, letters) : labelOf(name, node, share, letters))}</text>`
  return `<g><title>${title}</title><rect x="${x.toFixed(2)}" y="${row * ROW}" width="${width.toFixed(2)}" height="${ROW - 1}" rx="2" fill="${row === 0 ? '#e4e8ee' : colorOf(frame)}"/>${label}</g>`
}

/** The name, then as much of the location and size as fits; the tooltip has the rest. */
function labelOf(name: string, { frame, total }: StackNode, share: number, letters: number): string {
  const place =
    frame.file === '' || isNodejsFile(frame.file) ? '' : ` · ${frame.file.split('/').slice(-2).join('/')}:${frame.line}`
  const bytes = ` · ${sized(total)}, ${share.toFixed(0)} %`
  const fitting = [name + place + bytes, name + place, name].find(({ length }) => length <= letters)
  return fitting ?? excerpt(name, letters)
}

/** One colour for all functions of a file. */
function colorOf({ file }: ProfileFrame): string {
  if (file === '' || isNodejsFile(file)) return '#d5dae1'
  let hash = 0
  for (let at = 0; at < file.length; at++) hash = (hash * 31 + file.charCodeAt(at)) >>> 0
  const hue = 15 + (hash % 8) * 24
  return /(^|[\\/])node_modules[\\/]/.test(file) ? `hsl(${hue}, 35%, 85%)` : `hsl(${hue}, 62%, 78%)`
}
