import { Cron } from 'croner'
import { LeakscopeError } from '../errors.js'

/** When to check, as cron writes it; with a sixth field in front it counts seconds. */
export interface Schedule {
  /** Milliseconds since 1970 of the next time; infinity where there is none. */
  next(): number
  /** As it was typed. */
  toJSON(): string
}

/** Reads a schedule. Errors: USAGE. */
export function parseSchedule(text: string): Schedule {
  try {
    const cron = new Cron(text, { paused: true })
    return { next: () => cron.nextRun()?.getTime() ?? Number.POSITIVE_INFINITY, toJSON: () => text }
  } catch (cause) {
    throw new LeakscopeError('USAGE', `${text} is not a schedule: ${(cause as Error).message}`, {
      hint: "Write it as cron does: --schedule '*/30 * * * *'.",
      cause,
    })
  }
}
