/** The default number of measured rounds; with captures by fork, each has a heap. */
export const defaultRounds = 8

/** The maximum number of rounds if the planned ones are undecided: twice as many, unless the number was given. */
export const mostRoundsOf = (planned: number, said: number | undefined): number => said ?? 2 * planned

/** The work of the program in a check: two checks with the same plan are comparable. */
export interface CheckPlan {
  readonly rounds: number
  readonly warmUp: number
  /** Milliseconds of the program's own work per round, without load. */
  readonly every: number
  /** The command to run in each round. */
  readonly load: string | null
  readonly url: string | null
  /** Requests to `url` in a round. */
  readonly requests: number | null
}

/** The work that the program did in a check, as seen from outside. */
export interface WorkDone {
  readonly seconds: number
  /** Processor time of the process; `null` where it cannot be read. */
  readonly cpuSeconds: number | null
  /** Answered requests, if leakscope made them. */
  readonly requests: number | null
}
