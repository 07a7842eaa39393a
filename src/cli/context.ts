import type { Task } from '../task.js'
import type { Io } from './io.js'

/** The context of a running command: its streams, its progress reporting and its cancellation. */
export interface Context<Progress extends Task = Task> {
  readonly io: Io
  readonly task: Progress
}

/** The same with the options of the command. */
export interface ContextWith<Options, Progress extends Task = Task> extends Context<Progress> {
  readonly options: Options
}
