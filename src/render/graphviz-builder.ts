import { createRequire } from 'node:module'
import { wellFormed } from './plain-text.js'
import { escaped } from './xml-text.js'

/**
 * A graph for Graphviz, as plain data. Texts may contain anything; a newline is a line break. Numbers, words and texts
 * are written as each attribute requires.
 */
export interface DotGraph {
  readonly name: string
  readonly graph: Attributes<'graph'>
  readonly node: Attributes<'node'>
  readonly edge: Attributes<'edge'>
  readonly nodes: readonly { readonly id: string; readonly attributes: Attributes<'node'> }[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly attributes: Attributes<'edge'> }[]
}

/** Markup in Graphviz' HTML-like language; every text in it has gone through `markupText`. */
export interface Markup {
  readonly html: string
}

/**
 * A text inside markup. Graphviz expands `\G` and similar escapes there too, but not a backslash that is alone in its
 * span.
 */
export function markupText(text: string): string {
  return escaped(wellFormed(text)).replaceAll('\\', '<font>&#92;</font>')
}

/**
 * Writes a graph through graphviz-builder 0.1.1, which escapes nothing, quotes only some attributes and warns on the
 * console: this is the only place that calls it, and the only place that quotes. Ids must be words (`o1203`). Throws a
 * TypeError, which means a bug in leakscope, for an id or a bare value that needs quoting.
 */
export function writeDot(graph: DotGraph): string {
  return sparingGlobalL(() => {
    const built = builder().digraph(word(graph.name))
    built.setOptions({
      G: written('graph', graph.graph),
      N: written('node', graph.node),
      E: written('edge', graph.edge),
    })
    for (const { id, attributes } of graph.nodes) built.addNode(word(id), written('node', attributes))
    for (const { from, to, attributes } of graph.edges) built.addEdge(word(from), word(to), written('edge', attributes))
    return built.to_dot()
  })
}

// The attributes that we use, by how their value is written. graphviz-builder knows more, and fails on unknown ones
// only at the end.
const WRITTEN_AS = {
  graph: {
    label: 'text',
    labelloc: 'text',
    labeljust: 'text',
    fontname: 'text',
    fontsize: 'number',
    bgcolor: 'text',
    pad: 'text',
    nodesep: 'number',
    rankdir: 'word',
    ranksep: 'number',
    mclimit: 'number',
    nslimit: 'number',
    nslimit1: 'number',
    splines: 'text',
  },
  node: {
    label: 'text',
    tooltip: 'text',
    shape: 'word',
    style: 'text',
    color: 'text',
    fillcolor: 'text',
    fontcolor: 'text',
    fontname: 'text',
    fontsize: 'number',
    margin: 'text',
    height: 'number',
    width: 'number',
    penwidth: 'number',
  },
  edge: {
    label: 'text',
    xlabel: 'text',
    tooltip: 'text',
    style: 'text',
    color: 'text',
    fontcolor: 'text',
    fontname: 'text',
    fontsize: 'number',
    weight: 'number',
    len: 'number',
    constraint: 'boolean',
    arrowsize: 'number',
    penwidth: 'number',
  },
} as const

type Scope = keyof typeof WRITTEN_AS
interface Value {
  text: string | Markup
  word: string
  number: number
  boolean: boolean
}

/** The attributes of a graph, a node or an edge, with the types of their values. */
export type Attributes<S extends Scope> = {
  readonly [A in keyof (typeof WRITTEN_AS)[S]]?: (typeof WRITTEN_AS)[S][A] extends keyof Value
    ? Value[(typeof WRITTEN_AS)[S][A]]
    : never
}

function written<S extends Scope>(scope: S, attributes: Attributes<S>): Record<string, unknown> {
  const kinds: Readonly<Record<string, keyof Value>> = WRITTEN_AS[scope]
  const given: Readonly<Record<string, unknown>> = attributes
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
      if (!kind) throw new TypeError(`${name} is not an attribute we give to a ${scope}`)
      if (kind !== 'text') return [name, word(String(value))]
      return [name, typeof value === 'string' ? quotable(value) : markup(value as Markup)]
    }),
  )
}

/** Checks that a value needs no quotes. */
function word(text: string): string {
  if (!/^(?:[A-Za-z_]\w*|-?\d+(?:\.\d+)?)$/.test(text))
    throw new TypeError(`${JSON.stringify(text)} needs quoting in dot`)
  return text
}

/**
 * Escapes a text for graphviz-builder's quotes so that Graphviz shows it unchanged. `&` starts an entity in Graphviz,
 * `!` marks markup in graphviz-builder; a leading line break corrupts Graphviz's WebAssembly build (the next layout
 * traps), so a space is put before it. NUL would end the file. Debian's Graphviz 2.43 accepts no text of 16 KB or more.
 */
function quotable(text: string): string {
  return shortened(wellFormed(text))
    .replaceAll('\0', '\ufffd')
    .replace(/^(?=[\r\n])/, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(/^!/, '&#33;')
}

// At most five times as long if all characters are ampersands, else at most three bytes each: always below 16 KB.
const LONGEST = 3000

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${Array.from(text.slice(0, LONGEST)).slice(0, -1).join('')}…`
}

/**
 * graphviz-builder checks for a leading `!` and then takes substr(1, 1000): this object satisfies both without being
 * cut.
 */
function markup({ html }: Markup): { readonly 0: '!'; substr(): string } {
  return { 0: '!', substr: () => html }
}

interface Builder {
  setOptions(options: Readonly<Record<'G' | 'N' | 'E', Record<string, unknown>>>): void
  addNode(id: string, attributes: Record<string, unknown>): unknown
  addEdge(from: string, to: string, attributes: Record<string, unknown>): unknown
  to_dot(): string
}

// Its ES module build throws on every call (an undeclared variable), and its types cannot be resolved: hence `require`
// and our own types. Loaded only when something is drawn.
const builder = (): { digraph(name: string): Builder } => createRequire(import.meta.url)('graphviz-builder')

/**
 * The same undeclared variable creates a global `l` in CommonJS. Leakscope may run inside another program: its `l` is
 * preserved.
 */
function sparingGlobalL<T>(work: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'l')
  try {
    return work()
  } finally {
    if (before) Object.defineProperty(globalThis, 'l', before)
    else Reflect.deleteProperty(globalThis, 'l')
  }
}
