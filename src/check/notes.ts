import type { Census } from '../heap/census.js'
import type { Allocation, RoundMemory } from './target.js'

/** The measurements of the rounds. */
export interface Notes {
  readonly memory: RoundMemory[]
  /**
   * By round: V8's heap and external bytes, without what earlier captures added (strings that V8 flattened, ids it
   * assigned); if measured in forked children, without compiled code.
   */
  readonly own: { readonly heapUsed: number; readonly external: number }[]
  /** Native bytes by round: private memory without V8's heap and external memory. */
  readonly native: number[]
  /** Whether the process itself collected its garbage before each reading of native bytes. */
  collected: boolean
  /** By heap. */
  readonly types: Census[]
  /** The original names of minified classes in the last heap. */
  sourceNames: ReadonlyMap<string, string>
  /**
   * The allocations sampled between two captures that were live at the second; with gentle captures, all samples live
   * at the last one.
   */
  allocations: (readonly Allocation[])[]
  /**
   * By heap: seconds of the program's own work before it; with a load, which does the same work in each round, the
   * number of rounds.
   */
  readonly moments: number[]
  /** The planned number of rounds; more follow if undecided. */
  planned: number
  /** Why the check ended early, if it did. */
  stopped: string | undefined
  /** Whether that was in the middle of a round, when the heap for the comparison had been released. */
  cut?: boolean
}

export const noNotes = (): Notes => ({
  memory: [],
  own: [],
  native: [],
  collected: true,
  types: [],
  sourceNames: new Map(),
  allocations: [],
  moments: [],
  planned: 0,
  stopped: undefined,
})
