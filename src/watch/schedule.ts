import { Cron } from 'croner'
import { LeakscopeError } from '../errors.js'

/** When to check, in cron syntax; a sixth field in front is seconds. */
export interface Schedule {
  /** The next time in milliseconds since 1970; infinity if there is none. */
  next(): number
  /** The schedule as typed. */
  toJSON(): string
}

/** Parses a schedule. Errors: USAGE. */
export function parseSchedule(text: string): Schedule {
  try {
    const cron = new Cron(text, { paused: true })
    return { next: () => cron.nextRun()?.getTime() ?? Number.POSITIVE_INFINITY, toJSON: () => text }
  } catch (cause) {
    throw new LeakscopeError('USAGE', `${text} is not a schedule: ${(cause as Error).message}`, {
      hint: "Use cron syntax: --schedule '*/30 * * * *'.",
      cause,
    })
  }
}
