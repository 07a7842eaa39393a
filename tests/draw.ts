/**
 * Draws a heap in a little language that reads like the program that made it:
 *
 *     const { graph, node } = heap`
 *       root.app = App 16                 // the root's property `app` is an App of 16 bytes
 *       App.sessions = Array              // no size: 0 bytes
 *       Array[0] = Session#1 64           // element; #1 and #2 tell two Sessions apart
 *       Array[1] = Session#2 64
 *       makeHandler()->limit = "ten"      // context variable of a closure, holding a string
 *       Registry~session = Session#1      // weak edge
 *       Map{table} = array:table 32       // internal edge to a node of V8's type `array`
 *       array:table{3} = "key"            // hidden edge: a number in braces
 *       root^global = App                 // shortcut edge
 *       array:weak<Session#1> = Meta      // WeakMap entry: both edges, named as V8 names an ephemeron pair
 *       Orphan 8                          // a node that nothing mentioned so far refers to
 *     `
 *     graph.selfSize[node('Session#2')]
 *
 * A **word** names a node; the same word is the same node all through the drawing:
 *
 *     Session   'system / Context'        object (single quotes hold a name that is not one word)
 *     makeHandler()                       closure
 *     "text"                              string, written as JSON
 *     (GC roots)                          synthetic
 *     root                                the root: node 0, synthetic, without a name
 *     native:Socket   hidden:'system / Map'   concatenated-string:'a'     any other of V8's types before a colon
 *
 * After a word on the right side, or on a line of its own: its self size, then `@7` for its object id (else 1, 3, 5 … in order of
 * mention), `detached`, and `at 12:3:4` for its location (script, line and column). What is said of a node is said once.
 * Names of edges that are not one word are quoted: `App."odd name" = Thing`. `//` starts a comment.
 */
import {
  type EdgeIndex,
  type EdgeType,
  edgeTypeNumber,
  type HeapGraph,
  type Locations,
  type NodeIndex,
  type NodeType,
  nodeTypeNumber,
  nodeTypes,
  type Sizes,
  type StringTable,
} from '../src/graph/heap-graph.js'

export interface Drawn {
  readonly graph: HeapGraph
  /** The node a word stands for. Throws when the drawing does not have it. */
  node(word: string): NodeIndex
  /** The first edge drawn with this left side: `edge('App.sessions')`. */
  edge(left: string): EdgeIndex
}

/** Draws a heap; `${…}` is text put in as it stands, so lines can be made by a loop. */
export const heap = (parts: TemplateStringsArray, ...values: readonly unknown[]): Drawn =>
  draw(String.raw({ raw: parts.raw }, ...values))

/** The same from plain text. `idOf` numbers the objects whose id is not said. */
export function draw(text: string, idOf?: (word: string) => number): Drawn {
  const sketch = new Sketch(idOf)
  sketch.node('root')
  for (const line of text.split('\n')) drawLine(sketch, line)
  return sketch.drawn()
}

interface DrawnNode {
  readonly type: NodeType
  readonly name: string
  size: number
  id: number
  detached: boolean
  place: readonly [number, number, number] | undefined
}

interface DrawnEdge {
  readonly from: number
  readonly left: string
  readonly type: EdgeType
  readonly name: string | number
  readonly to: number
}

const word = /(?:[a-z-]+:)?(?:'[^']*'|"(?:\\.|[^"\\])*"|\([^)]*\)|[\w$]+(?:\(\))?)(?:#\w+)?/y
const edgeForms: readonly (readonly [EdgeType | 'ephemeron', RegExp])[] = [
  ['property', /\.([\w$]+|"(?:\\.|[^"\\])*")/y],
  ['element', /\[(\d+)\]/y],
  ['context', /->([\w$]+|"(?:\\.|[^"\\])*")/y],
  ['hidden', /\{(\d+)\}/y],
  ['internal', /\{([^}]*)\}/y],
  ['weak', /~([\w$]+|"(?:\\.|[^"\\])*")/y],
  ['shortcut', /\^([\w$]+|"(?:\\.|[^"\\])*")/y],
  ['ephemeron', /<([^>]*)>/y],
]

function drawLine(sketch: Sketch, line: string): void {
  const pen = new Pen(line)
  if (pen.take(/(?:\/\/.*)?$/y)) return
  const from = pen.need(word, 'a word')
  const form = takeEdge(pen)
  if (form === undefined) {
    drawFacts(sketch, sketch.node(from[0]!), pen)
    return
  }
  const { type, match } = form
  const left = from[0]! + match[0]
  pen.need(/=/y, 'an edge needs `= target`, found')
  const to = pen.need(word, 'a word')
  const source = sketch.node(from[0]!)
  const key = type === 'ephemeron' ? sketch.node(match[1]!) : undefined
  const target = sketch.node(to[0]!)
  drawFacts(sketch, target, pen)
  if (type === 'ephemeron') sketch.ephemeron(source, key!, target, left)
  else sketch.edge({ from: source, left, type, name: edgeName(type, match[1]!), to: target })
}

function takeEdge(pen: Pen): { type: EdgeType | 'ephemeron'; match: RegExpExecArray } | undefined {
  for (const [type, shape] of edgeForms) {
    const match = pen.take(shape)
    if (match !== undefined) return { type, match }
  }
  return undefined
}

function drawFacts(sketch: Sketch, at: number, pen: Pen): void {
  const node = sketch.nodes[at]!
  for (let fact = pen.take(/[^\s/]+/y)?.[0]; fact !== undefined; fact = pen.take(/[^\s/]+/y)?.[0]) {
    if (/^\d+$/.test(fact)) node.size = Number(fact)
    else if (/^@\d+$/.test(fact)) node.id = Number(fact.slice(1))
    else if (fact === 'detached') node.detached = true
    else if (fact === 'at') {
      const [, script, line, column] = pen.need(/(\d+):(\d+):(\d+)/y, 'a location like 12:3:4')
      node.place = [Number(script), Number(line), Number(column)]
    } else throw new Error(`cannot draw \`${fact}\` in: ${pen.line}`)
  }
  pen.need(/(?:\/\/.*)?$/y, 'the end of the line')
}

const unquoted = (name: string): string => (name.startsWith('"') ? JSON.parse(name) : name)
const edgeName = (type: EdgeType, name: string): string | number =>
  type === 'element' || type === 'hidden' ? Number(name) : unquoted(name)

function nodeOfWord(text: string): { type: NodeType; name: string } {
  if (text === 'root') return { type: 'synthetic', name: '' }
  const bare = text.replace(/#\w+$/, '')
  const named = /^([a-z-]+):(.*)$/s.exec(bare)
  if (named) {
    const type = nodeTypes.find(type => type === named[1]!.replaceAll('-', ' '))
    if (type === undefined) throw new Error(`V8 has no node type ${named[1]}`)
    return { type, name: named[2]!.startsWith("'") ? named[2]!.slice(1, -1) : unquoted(named[2]!) }
  }
  if (bare.startsWith('"')) return { type: 'string', name: JSON.parse(bare) }
  if (bare.startsWith("'")) return { type: 'object', name: bare.slice(1, -1) }
  if (bare.startsWith('(')) return { type: 'synthetic', name: bare }
  return bare.endsWith('()') ? { type: 'closure', name: bare.slice(0, -2) } : { type: 'object', name: bare }
}

/** Reads one line from left to right, over white space. */
class Pen {
  readonly line: string
  #at = 0

  constructor(line: string) {
    this.line = line
    this.#skip()
  }

  take(shape: RegExp): RegExpExecArray | undefined {
    shape.lastIndex = this.#at
    const match = shape.exec(this.line)
    if (match === null) return undefined
    this.#at = shape.lastIndex
    this.#skip()
    return match
  }

  need(shape: RegExp, what: string): RegExpExecArray {
    const match = this.take(shape)
    if (match === undefined) throw new Error(`${what} expected at \`${this.line.slice(this.#at)}\` in: ${this.line}`)
    return match
  }

  #skip(): void {
    while (/\s/.test(this.line[this.#at] ?? '')) this.#at++
  }
}

class Sketch {
  readonly nodes: DrawnNode[] = []
  readonly #words = new Map<string, number>()
  readonly #edges: DrawnEdge[] = []
  readonly #idOf: ((word: string) => number) | undefined
  #pairs = 0

  constructor(idOf: ((word: string) => number) | undefined) {
    this.#idOf = idOf
  }

  node(text: string): number {
    let at = this.#words.get(text)
    if (at === undefined) {
      at = this.nodes.length
      this.#words.set(text, at)
      const id = this.#idOf?.(text) ?? 2 * at + 1
      this.nodes.push({ ...nodeOfWord(text), size: 0, id, detached: false, place: undefined })
    }
    return at
  }

  edge(edge: DrawnEdge): void {
    this.#edges.push(edge)
  }

  /** V8 writes a WeakMap entry as two internal edges of one name, from the table and from the key. Ids must be said by now. */
  ephemeron(table: number, key: number, value: number, left: string): void {
    const said = (at: number) => `${this.nodes[at]!.name} @${this.nodes[at]!.id}`
    const name = `${++this.#pairs} / part of key (${said(key)}) -> value (${said(value)}) pair in WeakMap (table @${this.nodes[table]!.id})`
    this.edge({ from: table, left, type: 'internal', name, to: value })
    this.edge({ from: key, left: `key ${left}`, type: 'internal', name, to: value })
  }

  drawn(): Drawn {
    const { nodes } = this
    // V8 writes the edges in the order of the nodes they start from; among those of one node the drawing's order stands.
    const edges = this.#edges.toSorted((a, b) => a.from - b.from)
    const texts = new Texts()
    const firstEdge = new Uint32Array(nodes.length + 1)
    for (const edge of edges) firstEdge[edge.from + 1]!++
    for (let at = 0; at < nodes.length; at++) firstEdge[at + 1]! += firstEdge[at]!

    const graph: HeapGraph = {
      nodeCount: nodes.length,
      edgeCount: edges.length,
      root: 0,
      nodeType: Uint8Array.from(nodes, node => nodeTypeNumber(node.type)),
      nodeName: Uint32Array.from(nodes, node => texts.add(node.name)),
      nodeId: Uint32Array.from(nodes, node => node.id),
      selfSize: sizes(nodes.map(node => node.size)),
      detachedness: Uint8Array.from(nodes, node => (node.detached ? 2 : 0)),
      firstEdge,
      edgeType: Uint8Array.from(edges, edge => edgeTypeNumber(edge.type)),
      edgeName: Uint32Array.from(edges, edge => (typeof edge.name === 'number' ? edge.name : texts.add(edge.name))),
      edgeTo: Uint32Array.from(edges, edge => edge.to),
      strings: texts,
      locations: locations(nodes),
      extraNativeBytes: 0,
    }
    return {
      graph,
      node: text => {
        const at = this.#words.get(text)
        if (at === undefined) throw new Error(`the drawing has no ${text}`)
        return at
      },
      edge: left => {
        const at = edges.findIndex(edge => edge.left === left)
        if (at < 0) throw new Error(`the drawing has no edge ${left}`)
        return at
      },
    }
  }
}

const sizes = (bytes: readonly number[]): Sizes =>
  bytes.some(size => size >= 2 ** 32) ? Float64Array.from(bytes) : Uint32Array.from(bytes)

function locations(nodes: readonly DrawnNode[]): Locations {
  const placed = [...nodes.keys()].filter(at => nodes[at]!.place !== undefined)
  return {
    node: Uint32Array.from(placed),
    script: Uint32Array.from(placed, at => nodes[at]!.place![0]),
    line: Uint32Array.from(placed, at => nodes[at]!.place![1]),
    column: Uint32Array.from(placed, at => nodes[at]!.place![2]),
  }
}

class Texts implements StringTable {
  readonly #texts: string[] = []
  readonly #known = new Map<string, number>()

  get length(): number {
    return this.#texts.length
  }

  at(index: number): string {
    const text = this.#texts[index]
    if (text === undefined) throw new RangeError(`no string ${index}`)
    return text
  }

  isShort(index: number, length: number): boolean {
    return this.at(index).length < length
  }

  add(text: string): number {
    let index = this.#known.get(text)
    if (index === undefined) {
      index = this.#texts.push(text) - 1
      this.#known.set(text, index)
    }
    return index
  }
}
