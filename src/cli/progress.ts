import type { Task } from '../task.js'
import type { Io } from './io.js'

/** A task told on stderr: one line that is written over, on a terminal; elsewhere a line every so many milliseconds, by default none, so that logs stay readable. */
export interface ShownTask extends Task {
  /** Takes the line away, before something else is written. */
  clear(): void
}

export function shownTask(
  io: Io,
  quiet = false,
  signal: AbortSignal = io.signal,
  every: number = Number.POSITIVE_INFINITY,
): ShownTask {
  const shows = !quiet && io.stderr.isTTY === true && io.env.TERM !== 'dumb'
  let shown = ''
  let written = performance.now()
  return {
    signal,
    progress(stage, fraction) {
      if (!shows) {
        if (quiet || performance.now() - written < every) return
        written = performance.now()
        io.stderr.write(`${stage}\n`)
        return
      }
      const text = fraction === undefined ? `${stage} …` : `${stage} ${Math.floor(fraction * 100)} %`
      if (text === shown) return
      shown = text
      io.stderr.write(`\r\x1b[K${text.slice(0, (io.stderr.columns || 80) - 1)}`)
    },
    clear() {
      if (shown !== '') io.stderr.write('\r\x1b[K')
      shown = ''
    },
  }
}
