import type { Io } from './io.js'
import type { ShownTask } from './progress.js'

/** A command as it runs: what it reads and writes, whom it reports progress to, and who may call it off. */
export interface Context {
  readonly io: Io
  readonly task: ShownTask
}

/** The same with the options of the command. */
export interface ContextWith<Options> extends Context {
  readonly options: Options
}
