import type { Place } from '../place.js'
import type { AllocationProfile } from './profile.js'

/**
 * The result of an analysis, which a format writes: a few shapes of plain data. Numbers stay numbers; a column's unit
 * says how to print them. Strings are unescaped, as in the heap: each format escapes them itself.
 */
export interface Report {
  readonly title: string
  /** The answer in one sentence, if the question has one. Text output begins with it, other formats with the title. */
  readonly headline?: string
  readonly sections: readonly Section[]
  /** What was cut, guessed or not available. Text output prints notes to stderr; other formats include them. */
  readonly notes: readonly string[]
  /** Memory by allocating stack, which pages draw as a flame graph. */
  readonly profile?: AllocationProfile
  /** Further top-level keys of the JSON form, such as `verdict` and `suspects` of a leak check. */
  readonly findings?: Readonly<Record<string, unknown>>
}

export type Section = Table | Drawing | Series | Path
export type Shape = Section['shape']

/**
 * The unit of a column: `count`, signed `change`, `bytes`, `percent` out of 100 (12.5 is shown as 12.5 %), `id` for
 * V8's object id, shown as `@1203`. All but `text` are right-aligned.
 */
export type Unit = 'text' | 'count' | 'change' | 'bytes' | 'percent' | 'id'

export interface Column {
  readonly key: string
  readonly title: string
  readonly unit: Unit
  /** Dropped from text if the terminal is too narrow for all columns. */
  readonly optional?: true
  /** Never truncated, since a part of it would be useless. */
  readonly whole?: true
}

export type Cell = string | number | null
export type Row = Readonly<Record<string, Cell>>

export interface Table {
  readonly shape: 'table'
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Texts that do not fit wrap to further lines instead of being cut: for a few rows of sentences. */
  readonly wraps?: true
  /** Per row: whether it matters less than the others, so that a terminal dims it. */
  readonly dimmed?: readonly boolean[]
  /**
   * Further keys of every JSON row, with value `null`: columns that the table has only with an option, so that programs
   * find the same keys either way.
   */
  readonly absentKeys?: readonly string[]
}

/**
 * - `asked`: the selected objects (red text in objgraph's style); `plain`: any other
 * - `module`: a module root (green); `root`: a GC root (hexagon); `native`: kept by C++ (grey)
 * - `more`: a stub for references that were not drawn (red, dotted edge)
 * - `highlight`: chosen by the caller (blue)
 */
export type NodeRole = 'asked' | 'plain' | 'module' | 'root' | 'native' | 'more' | 'highlight'

export interface DrawnNode {
  /**
   * V8's object id (for a merged group, that of the first object); for a `more` stub, the text `more-<id of its node>`.
   */
  readonly id: number | string
  readonly type: string
  /**
   * A description: `12 items`, `"user-7"`, `storeSession src/store.ts:6:12`. May be empty. For a stub: `412 more
   * references`.
   */
  readonly label: string
  readonly shallow: number
  readonly retained: number
  readonly role: NodeRole
  /** Number of edges from the selected objects; the drawing's colour gradient follows it. */
  readonly depth: number
  /** Number of retaining edges to it; drawn after the type, like objgraph's `refcounts`. */
  readonly retainers?: number
  /** A third line, chosen by the caller (objgraph's `extra_info`). */
  readonly extra?: string
  /** Number of objects of one class that the node stands for, if more than one. Sizes are their sums. */
  readonly count?: number
  /** The ids of all of them. */
  readonly ids?: readonly number[]
  /** Not in the older heap of the comparison (red). */
  readonly isNew?: boolean
  /**
   * Graphviz attributes, chosen by the caller (objgraph's `extra_node_attrs`). They take precedence over the drawing's
   * own.
   */
  readonly attributes?: Readonly<Record<string, string>>
}

export interface DrawnEdge {
  readonly from: number | string
  readonly to: number | string
  /** V8's edge type. */
  readonly type: EdgeTypeName
  /**
   * In edge notation: `.cache`, `[0]`, `[[registry]]`, `{map}`, `->limit`, `["user-7"]`. For several: the first, and
   * how many more.
   */
  readonly label: string
  /** Number of references it stands for, if more than one. */
  readonly count?: number
}

export type EdgeTypeName = 'context' | 'element' | 'property' | 'internal' | 'hidden' | 'shortcut' | 'weak'

export interface Drawing {
  readonly shape: 'drawing'
  readonly title: string
  /**
   * Whether the question followed edges forwards (`refs`) or backwards (`backrefs`). Formats that write a drawing as a
   * ladder descend in this direction; without it, in the direction of most edges, judged by `depth`.
   */
  readonly direction?: 'refs' | 'backrefs'
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]
}

/** Values over time. Every line has one value (or null if not available) per entry of `seconds`. */
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

/** One chain of references from a root (or from the selected object) to another object. */
export interface Path {
  readonly shape: 'path'
  readonly title: string
  readonly steps: readonly PathStep[]
}

export interface PathStep {
  /** The edge from the previous step, in edge notation; empty for the first. */
  readonly edge: string
  readonly type: string
  /** A description, as in `DrawnNode.label`. */
  readonly name: string
  readonly id: number
  readonly location: Place | null
  /** Where the variable of this step is declared, if a bundle has it in one scope with variables of other files. */
  readonly declared?: Place
  /** Bytes, if requested. */
  readonly shallow?: number
  readonly retained?: number
}
