import type { Census } from '../heap/census.js'
import type { Allocation, RoundMemory } from './target.js'

/** What was written down while the rounds went by. */
export interface Notes {
  readonly memory: RoundMemory[]
  /**
   * By round: V8's heap and external bytes, less what the captures before it added (strings V8 made flat, ids it gave out); where
   * forked children are measured, without compiled code.
   */
  readonly own: { readonly heapUsed: number; readonly external: number }[]
  /** Native bytes by round: private memory less V8's heap and what is external to it. */
  readonly native: number[]
  /** Whether the process itself collected its garbage before each reading of native bytes. */
  collected: boolean
  /** By heap. */
  readonly types: Census[]
  /** What minified classes of the last heap are called in the source. */
  sourceNames: ReadonlyMap<string, string>
  /** What was sampled between two captures and lived at the second; by gentle captures all that was sampled, at the last. */
  allocations: (readonly Allocation[])[]
  /** By heap: seconds of the program's own work before it, or rounds where a load is given, which does the same work in each. */
  readonly moments: number[]
  /** How many rounds there were to be; more followed where those left it undecided. */
  planned: number
  /** Why the check ended before its rounds did, where it did. */
  stopped: string | undefined
  /** Whether that was in the middle of a round: the heap that the others are compared with was let go. */
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
