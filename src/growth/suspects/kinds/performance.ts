import type { Rule } from './rule.js'

interface Timeline {
  readonly what: string
  readonly hint: string
  /** The maximum that Node.js keeps by default. */
  readonly most?: number
}

const marked =
  'Call performance.clearMarks() and performance.clearMeasures() after reading them, or measure with performance.now(): Node.js keeps each mark and measure forever.'

/** Node.js' lists of measurements (lib/internal/perf/observe.js), by variable. */
const timelines: Readonly<Record<string, Timeline>> = {
  '->markEntryBuffer': { what: 'marks of performance.mark()', hint: marked },
  '->measureEntryBuffer': { what: 'measures of performance.measure()', hint: marked },
  '->resourceTimingBuffer': {
    what: 'resource timings of fetch()',
    hint: 'Call performance.clearResourceTimings(), or pass a small number to performance.setResourceTimingBufferSize().',
    most: 250,
  },
}

/** The timeline of perf_hooks, if it is never cleared. */
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
