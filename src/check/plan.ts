/** Measured rounds, unless another number is given: each gives a heap where a forked child is captured. */
export const usualRounds = 8

/** How many rounds there may be where those planned leave it undecided: twice as many, unless their number was said. */
export const mostRoundsOf = (planned: number, said: number | undefined): number => said ?? 2 * planned

/** What the program is made to do in a check: two checks with one plan are comparable. */
export interface CheckPlan {
  readonly rounds: number
  readonly warmUp: number
  /** Milliseconds of the program's own work in a round, where there is no load. */
  readonly every: number
  /** The command that is run in each round. */
  readonly load: string | null
  readonly url: string | null
  /** Requests to `url` in a round. */
  readonly requests: number | null
}

/** What the program did in a check, as far as can be seen from outside. */
export interface WorkDone {
  readonly seconds: number
  /** Processor time of the process; `null` where it cannot be read. */
  readonly cpuSeconds: number | null
  /** Requests that were answered, where leakscope made them. */
  readonly requests: number | null
}
