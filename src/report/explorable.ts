import type { EdgeTypeName, NodeRole } from './report.js'

/** A bounded part of a heap for readers to explore. Nodes are referred to by their index in `nodes`. */
export interface Explorable {
  readonly nodes: readonly ExplorableNode[]
  readonly edges: readonly {
    readonly from: number
    readonly to: number
    readonly label: string
    readonly type: EdgeTypeName
  }[]
  /** The retaining path of the first object, from its root; empty if nothing retains it. */
  readonly path: readonly number[]
}

export interface ExplorableNode {
  readonly id: number
  readonly type: string
  readonly label: string
  /** Bytes. */
  readonly shallow: number
  readonly retained: number
  readonly role: NodeRole
  /** `src/store.ts:12:3`, if the heap has it. */
  readonly place: string | null
  /** Number of references in the heap; those not in `edges` were left out. */
  readonly references: number
  readonly retainers: number
}
