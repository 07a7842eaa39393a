import type { Rule } from './rule.js'

interface Timeline {
  readonly what: string
  readonly hint: string
  /** Node.js keeps no more of them, unless it is told to. */
  readonly most?: number
}

const marked =
  'Call performance.clearMarks() and performance.clearMeasures() once they have been read, or take times by performance.now(): Node.js keeps each mark and measure for good.'

/** Node.js' lists of what it has measured (lib/internal/perf/observe.js), by the variable. */
const timelines: Readonly<Record<string, Timeline>> = {
  '->markEntryBuffer': { what: 'marks of performance.mark()', hint: marked },
  '->measureEntryBuffer': { what: 'measures of performance.measure()', hint: marked },
  '->resourceTimingBuffer': {
    what: 'resource timings of fetch()',
    hint: 'Call performance.clearResourceTimings(), or give performance.setResourceTimingBufferSize() a small number.',
    most: 250,
  },
}

/** The timeline of perf_hooks, which nobody empties. */
export const performance: Rule = ({ steps, retainer }) => {
  const at = steps.findIndex(
    ({ edge }, step) =>
      step > 0 && step <= retainer && edge in timelines && /\binternal\/perf\/observe\b/.test(steps[step - 1]!.name),
  )
  if (at < 0) return undefined
  const { what, hint, most } = timelines[steps[at]!.edge]!
  return {
    kind: 'array',
    isCause: true,
    name: what,
    subject: `Node.js' list of ${what}`,
    ...(most === undefined ? {} : { most }),
    hint,
  }
}
