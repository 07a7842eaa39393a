import type { Place } from '../place.js'
import type { AllocationProfile } from './profile.js'

/**
 * What an analysis answers with and a format writes: a few shapes, all plain data. Numbers stay numbers, and a column's unit says
 * how a person is to read them. Strings are as they stood in the heap: each format escapes for itself.
 */
export interface Report {
  readonly title: string
  /** The answer in one sentence, where the question has one: text begins with it (the other formats with the title). */
  readonly headline?: string
  readonly sections: readonly Section[]
  /** What was cut, guessed or could not be had. Text goes to stderr, everything else carries it. */
  readonly notes: readonly string[]
  /** Memory by allocating stack, which pages draw as a flame graph. */
  readonly profile?: AllocationProfile
  /** Further top-level keys of the JSON form, such as `verdict` and `suspects` of a leak check. */
  readonly findings?: Readonly<Record<string, unknown>>
}

export type Section = Table | Drawing | Series | Path
export type Shape = Section['shape']

/**
 * How a number is to be read: `count` and signed `change` in whole things, `bytes`, `percent` out of 100 (12.5 is shown as 12.5 %),
 * `id` V8's object id, shown as `@1203`. Everything but `text` is right-aligned.
 */
export type Unit = 'text' | 'count' | 'change' | 'bytes' | 'percent' | 'id'

export interface Column {
  readonly key: string
  readonly title: string
  readonly unit: Unit
  /** Left out of text where the terminal has no room for every column. */
  readonly optional?: true
  /** Never cut: a part of it is of no use. */
  readonly whole?: true
}

export type Cell = string | number | null
export type Row = Readonly<Record<string, Cell>>

export interface Table {
  readonly shape: 'table'
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Texts that do not fit go on in further lines instead of being cut: for a few rows of sentences. */
  readonly wraps?: true
  /** By row: whether it matters less than the others, and a terminal dims it. */
  readonly dimmed?: readonly boolean[]
  /** Keys that every row of the JSON form has besides, with `null`: what the table tells only when asked, which programs need not know. */
  readonly absentKeys?: readonly string[]
}

/**
 * - `asked`: the objects the question was about (red text in objgraph's look); `plain`: any other
 * - `module`: a module root (green); `root`: a GC root (hexagon); `native`: held by C++ (grey)
 * - `more`: a stub that stands for references that were not drawn (red, dotted edge)
 * - `highlight`: chosen by the caller (blue)
 */
export type NodeRole = 'asked' | 'plain' | 'module' | 'root' | 'native' | 'more' | 'highlight'

export interface DrawnNode {
  /** V8's object id (of a merged group, that of the first); for a `more` stub, the text `more-<id of the node it hangs on>`. */
  readonly id: number | string
  readonly type: string
  /** What the thing is: `12 items`, `"user-7"`, `storeSession  src/store.ts:6:12`. May be empty. For a stub: `412 more references`. */
  readonly label: string
  readonly shallow: number
  readonly retained: number
  readonly role: NodeRole
  /** Edges from the objects asked about: the gradient of the drawing. */
  readonly depth: number
  /** How many retaining edges end here; drawn after the type, as objgraph's `refcounts` are. */
  readonly retainers?: number
  /** A third line, chosen by the caller (objgraph's `extra_info`). */
  readonly extra?: string
  /** How many objects of one class the node stands for, where it is more than one. Sizes are theirs together. */
  readonly count?: number
  /** The ids of all of them. */
  readonly ids?: readonly number[]
  /** Was not there yet in the older heap that was compared with (red). */
  readonly isNew?: boolean
  /** Graphviz attributes, chosen by the caller (objgraph's `extra_node_attrs`): they go before the drawing's own. */
  readonly attributes?: Readonly<Record<string, string>>
}

export interface DrawnEdge {
  readonly from: number | string
  readonly to: number | string
  /** V8's edge type. */
  readonly type: EdgeTypeName
  /** In edge notation: `.cache`, `[0]`, `[[registry]]`, `{map}`, `->limit`, `["user-7"]`. Of many: the first, and how many more. */
  readonly label: string
  /** How many references it stands for, where it is more than one. */
  readonly count?: number
}

export type EdgeTypeName = 'context' | 'element' | 'property' | 'internal' | 'hidden' | 'shortcut' | 'weak'

export interface Drawing {
  readonly shape: 'drawing'
  readonly title: string
  /**
   * Which way the question ran: along the edges (`refs`) or against them (`backrefs`). Formats that write a drawing as a ladder
   * descend this way; without it they take the way most edges go, judged by `depth`.
   */
  readonly direction?: 'refs' | 'backrefs'
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]
}

/** Values over time. Every line has one value (or null where none could be had) per entry of `seconds`. */
export interface Series {
  readonly shape: 'series'
  readonly title: string
  /** Since the first sample. */
  readonly seconds: readonly number[]
  readonly lines: readonly {
    readonly key: string
    readonly title: string
    readonly unit: Unit
    readonly values: readonly (number | null)[]
  }[]
}

/** One chain of references from a root (or from the object asked about) to another object. */
export interface Path {
  readonly shape: 'path'
  readonly title: string
  readonly steps: readonly PathStep[]
}

export interface PathStep {
  /** How the step before leads here, in edge notation; empty for the first. */
  readonly edge: string
  readonly type: string
  /** What the thing is, as in `DrawnNode.label`. */
  readonly name: string
  readonly id: number
  readonly location: Place | null
  /** Where the variable that leads here is declared, where a bundle has it in one scope with those of other files. */
  readonly declared?: Place
  /** Bytes, where they were asked for. */
  readonly shallow?: number
  readonly retained?: number
}
