import type { Task } from '../task.js'
import type { Io } from './io.js'

/** A command as it runs: what it reads and writes, whom it reports progress to, and who may call it off. */
export interface Context<Progress extends Task = Task> {
  readonly io: Io
  readonly task: Progress
}

/** The same with the options of the command. */
export interface ContextWith<Options, Progress extends Task = Task> extends Context<Progress> {
  readonly options: Options
}
