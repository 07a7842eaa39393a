import type { Drawing, DrawnNode } from '../report/report.js'
import { counted, sized } from '../units.js'
import { ladder, type Rung } from './ladder.js'
import { type Pen, penOf } from './pen.js'
import { plain } from './plain-text.js'
import { clipped } from './text-width.js'
import { wordOf } from './words.js'

/**
 * A drawing as an indented tree, one edge per line:
 *
 *     Map @1203  2 items  (168 B, retains 4.1 KB)
 *     ├─ ["user-7"] → Session @1207  (64 B, retains 2.0 KB)  new
 *     ├─ ["user-8"], ["user-9"], ["user-10"] and 34 more → Session ×37  (2.3 KB, retains 74.0 KB)
 *     │  └─ .cache → ↺ Map @1203
 *     └─ … 412 more references
 *
 * `→` leads to a referenced object, `←` to a referrer. `↺` is a cycle: the object is further up on the same branch;
 * `(shown elsewhere)` means that the object has its own line in another branch.
 */
export function treeLines(drawing: Drawing, pen: Pen, width: number): string[] {
  return ladder(drawing).map(rung => {
    const branches = rung.follows.map((follows, at) => BRANCHES[at < rung.depth - 1 ? 'past' : 'here'][follows ? 0 : 1])
    const line = clipped(branches.join('') + rungText(rung), width)
    if (rung.node.role === 'asked' && !rung.again) return pen.bold(line)
    return rung.node.role === 'more' || rung.again ? pen.dim(line) : line
  })
}

/** The same without colour and with unlimited width, for formats that show it beside or instead of a picture. */
export function treeText(drawing: Drawing): string {
  return treeLines(drawing, penOf(false), Infinity).join('\n')
}

/** One rung without its indentation: edge, object, sizes. */
export function rungText({ edge, node, again }: Rung): string {
  if (node.role === 'more') return `… ${stubText(node)}`
  const arrow = edge ? `${plain(edge.label)} ${edge.to === node.id ? '→' : '←'} ` : ''
  // A merged group has no id; where it occurs again, its first member's id represents it.
  const many = node.count === undefined ? '' : ` ×${counted(node.count)}`
  const name = `${plain(wordOf(node.type, node.label))}${again || many === '' ? ` @${node.id}` : ''}${many}`
  if (again === 'ancestor') return `${arrow}↺ ${name}`
  if (again === 'elsewhere') return `${arrow}${name} (shown elsewhere)`
  const sizes = sizesText(node)
  return (
    arrow +
    [name + holders(node), plain(node.label), plain(node.extra ?? ''), sizes && `(${sizes})`, node.isNew ? 'new' : '']
      .filter(Boolean)
      .join('  ')
  )
}

/** Human-readable sizes, without redundant ones: `64 B, retains 2.0 KB`. */
export function sizesText({ shallow, retained }: DrawnNode): string {
  return [shallow > 0 && sized(shallow), retained > shallow && `retains ${sized(retained)}`].filter(Boolean).join(', ')
}

function holders({ retainers }: DrawnNode): string {
  return retainers === undefined ? '' : ` [${counted(retainers)}]`
}

/** The text of a stub: `412 more references`. */
export function stubText({ type, label }: DrawnNode): string {
  return plain(label || type)
}

const BRANCHES = { past: ['│  ', '   '], here: ['├─ ', '└─ '] } as const
