import type { Task } from '../task.js'
import type { Io } from './io.js'

/**
 * A task that reports progress on stderr: on a terminal one line that is overwritten; elsewhere a line every given
 * number of milliseconds, by default none, so that logs stay readable.
 */
export interface ShownTask extends Task {
  /** Removes the line before other output. */
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
  let current:
    | { readonly stage: string; readonly since: number; readonly from: number; fraction: number | undefined }
    | undefined
  let ticking: NodeJS.Timeout | undefined
  const draw = (): void => {
    if (current === undefined) return
    const text = progressText(current, performance.now())
    if (text === shown) return
    shown = text
    io.stderr.write(`\r\x1b[K${text.slice(0, (io.stderr.columns || 80) - 1)}`)
  }
  return {
    signal,
    progress(stage, fraction) {
      if (!shows) {
        if (quiet || performance.now() - written < every) return
        written = performance.now()
        io.stderr.write(`${stage}\n`)
        return
      }
      if (current?.stage !== stage) current = { stage, since: performance.now(), from: fraction ?? 0, fraction }
      current.fraction = fraction
      // Updates the seconds even without new progress.
      ticking ??= setInterval(draw, 1000).unref()
      draw()
    },
    clear() {
      clearInterval(ticking)
      ticking = undefined
      current = undefined
      if (shown !== '') io.stderr.write('\r\x1b[K')
      shown = ''
    },
  }
}

/**
 * `reading 60 %`; after three seconds with the elapsed time, and the remaining time if known: `(12 s, about 8 s left)`.
 */
export function progressText(
  {
    stage,
    since,
    from,
    fraction,
  }: { readonly stage: string; readonly since: number; readonly from: number; readonly fraction: number | undefined },
  now: number,
): string {
  const text = fraction === undefined ? `${stage} …` : `${stage} ${Math.floor(fraction * 100)} %`
  const seconds = (now - since) / 1000
  if (seconds < 3) return text
  const done = (fraction ?? 0) - from
  const left =
    fraction === undefined || done < 0.02
      ? ''
      : `, about ${Math.max(1, Math.round((seconds * (1 - fraction)) / done))} s left`
  return `${text} (${Math.floor(seconds)} s${left})`
}
