import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { cycleDrawing as drawingOfCycle } from '../drawing/cycle-drawing.js'
import type { DrawingOptions } from '../drawing/drawing.js'
import type { NodeIndex } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { writeOutput } from '../output-file.js'
import { accessPath } from '../paths/access-path.js'
import type { Cycle, CycleOptions } from '../paths/cycles/cycles.js'
import { backrefs as drawingOfBackrefs, refs as drawingOfRefs } from '../questions/refs.js'
import { dotText } from '../render/dot.js'
import type { StyleName } from '../render/dot-style.js'
import { drawn } from '../render/drawn.js'
import type { Look } from '../render/format.js'
import { imageKind } from '../render/image.js'
import { formatForFile, formatNamed } from '../render/index.js'
import { pathsIn } from '../render/paths-in.js'
import { penOf } from '../render/pen.js'
import { writePicture } from '../render/picture-file.js'
import { treeLines } from '../render/text-tree.js'
import { findViewer } from '../render/viewer.js'
import type { Drawing, DrawnEdge, DrawnNode, Path, Report } from '../report/report.js'

/** A graph of objects: the drawing as data, with methods to write and show it. The REPL prints it as text. */
export class ObjectGraph implements Drawing {
  readonly shape = 'drawing'
  readonly title: string
  readonly direction?: 'refs' | 'backrefs'
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]

  constructor({ title, direction, nodes, edges }: Drawing) {
    this.title = title
    if (direction !== undefined) this.direction = direction
    this.nodes = nodes
    this.edges = edges
  }

  /** As Graphviz dot. */
  toDot(style?: StyleName): string {
    return dotText(this, style)
  }

  /** As an SVG picture, laid out without an installed Graphviz. Errors: OUTPUT if it is too complex to lay out. */
  async toSvg(style: StyleName = 'modern'): Promise<string> {
    return formatNamed('svg').render(this.#report, envelope, { color: false, width: 120, style })
  }

  /** As an indented ladder, one reference per line. */
  toText({ width = Number.POSITIVE_INFINITY, color = false }: Partial<Look> = {}): string {
    return treeLines(this, penOf(color), width).join('\n')
  }

  /**
   * The path to each selected object in one line, as an expression: `module.cache.map["user-7"].session`. For a graph
   * of references, the path from the selected objects to the farthest one.
   */
  toLine(): string {
    return pathsIn(this).map(accessPath).join('\n')
  }

  /**
   * Writes it to a file, in the format of its ending: `.dot .svg .html .json .md .txt`, and with Graphviz `.png .pdf`.
   * The default `style` is objgraph's for .dot, modern for pictures and pages. Errors: USAGE, OUTPUT.
   */
  async save(path: string, style?: StyleName): Promise<void> {
    const kind = imageKind(path)
    if (kind !== undefined) return writePicture(this.toDot(style ?? 'modern'), kind, resolve(path))
    const look = { color: false, width: 10_000, ...(style === undefined ? {} : { style }) }
    await writeOutput(path, await formatForFile(path).render(this.#report, envelope, look))
  }

  /**
   * Shows it as objgraph does: in xdot, if that is installed and there is a screen; otherwise writes an .svg to the
   * temporary folder. Prints which, and returns the path of the file.
   */
  async show(): Promise<string> {
    const viewer = findViewer(process.env)
    const path = join(tmpdir(), `leakscope-${randomBytes(6).toString('hex')}.${viewer === undefined ? 'svg' : 'dot'}`)
    await this.save(path)
    process.stdout.write(`Graph written to ${path} (${this.nodes.length} nodes)\n`)
    if (viewer === undefined) return path
    process.stdout.write('Spawning graph viewer (xdot)\n')
    const spawned = spawn(viewer.command, [...viewer.args, path], { detached: true, stdio: 'ignore' })
    spawned.on('error', error => process.stderr.write(`xdot could not be started: ${error.message}\n`))
    spawned.unref()
    return path
  }

  toString(): string {
    return this.toText()
  }

  get #report(): Report {
    return { title: this.title, sections: [this], notes: [] }
  }
}

Object.defineProperty(ObjectGraph.prototype, inspect.custom, {
  value(this: ObjectGraph): string {
    return this.toText({ width: process.stdout.columns || 80 })
  },
})

const envelope = { command: 'graph', target: null, heaps: [] }

/** A drawing, or the retaining paths of an object (`why`), as a graph. */
export function graphOf(drawing: Drawing | Path | readonly Path[]): ObjectGraph {
  if (Array.isArray(drawing))
    return new ObjectGraph(drawn({ title: drawing[0]?.title ?? '', sections: drawing, notes: [] }))
  const one = drawing as Drawing | Path
  return one.shape === 'drawing' ? new ObjectGraph(one) : graphOf([one])
}

/** What objects refer to, as a graph (objgraph's `show_refs`). */
export const refs = (heap: Heap, nodes: readonly NodeIndex[], options?: DrawingOptions): ObjectGraph =>
  graphOf(drawingOfRefs(heap, nodes, options))

/**
 * What refers to objects, as a graph (objgraph's `show_backrefs`). By default it stops at modules, the global object
 * and GC roots; `cull` changes that.
 */
export const backrefs = (heap: Heap, nodes: readonly NodeIndex[], options?: DrawingOptions): ObjectGraph =>
  graphOf(drawingOfBackrefs(heap, nodes, options))

/** A reference cycle as a graph: one shortest ring, other objects of the cycle nearby, and its retainers outside. */
export const cycleDrawing = (heap: Heap, cycle: Cycle, options?: CycleOptions): ObjectGraph =>
  graphOf(drawingOfCycle(heap, cycle, options))
