import type { EdgeTypeName, NodeRole } from './report.js'

/** A bounded part of a heap that a reader can walk through: nodes by their place in `nodes`. */
export interface Explorable {
  readonly nodes: readonly ExplorableNode[]
  readonly edges: readonly {
    readonly from: number
    readonly to: number
    readonly label: string
    readonly type: EdgeTypeName
  }[]
  /** The retaining path of the first object, from its root; empty where nothing retains it. */
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
  /** `src/store.ts:12:3`, where the heap tells it. */
  readonly place: string | null
  /** How many it has in the heap; those not among `edges` were left out. */
  readonly references: number
  readonly retainers: number
}
