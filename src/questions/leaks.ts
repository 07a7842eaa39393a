import { LeakscopeError } from '../errors.js'
import { type Leaks, leaks } from '../growth/leaks.js'
import { suspectSections } from '../growth/suspects/sections.js'
import { unretainedHeadline, unretainedNotes } from '../growth/unretained.js'
import { perhapsNone, type Verdict, verdictOf } from '../growth/verdict.js'
import type { Report } from '../report/report.js'
import { flag, type SeriesAnalysis, seriesAnalysis } from './ask/analysis.js'
import { cutNote, limit } from './ask/options.js'

const options = {
  limit: limit('how many suspects', 10),
  fail: flag('--fail', 'exit with 1 if something leaks, 3 if inconclusive'),
}

/** `leakscope leaks first second third`: what keeps growing, what retains it, and where. */
export const leaksAnalysis: SeriesAnalysis = seriesAnalysis({
  name: 'leaks',
  summary: 'What keeps growing over two or more heaps: ranked suspects',
  heaps: 'series',
  options,
  async run(heaps, values) {
    const found = await leaks(heaps)
    if (found.heaps < 2) {
      throw new LeakscopeError('USAGE', 'leaks compares two or more heaps', {
        hint: 'For example: leakscope leaks first.heapsnapshot second.heapsnapshot third.heapsnapshot',
      })
    }
    return reportOf(found, values.limit)
  },
})

const words: Readonly<Record<Verdict, string>> = {
  leaking: 'Leaking',
  'not-leaking': 'Not leaking',
  inconclusive: 'Inconclusive',
}

function reportOf(found: Leaks, most: number): Report {
  const { suspects, levelling, uncertain, unretained, heaps } = found
  const shown = suspects.slice(0, most)
  const verdict = verdictOf(found)
  const levelled = levelling[0] && `${levelling[0].headline}, less each time`
  const perhaps =
    uncertain[0] &&
    `${uncertain[0].headline}, which may ${uncertain[0].evidence.waits ? 'only wait for finalizers' : 'be chance'}`
  const loose = unretained[0] && unretainedHeadline(unretained[0])
  return {
    title:
      suspects[0]?.headline ??
      (loose === undefined ? 'Nothing keeps growing' : 'What grows is retained by nothing here'),
    headline: `${words[verdict]}: ${suspects[0]?.headline ?? loose ?? levelled ?? perhaps ?? `nothing grew through all ${heaps} heaps`}`,
    sections: suspectSections(shown),
    notes: [
      ...found.notes,
      ...levelling.map(({ headline }) => `Bounded so far: ${headline}; it gained less each time.`),
      ...uncertain.map(perhapsNone),
      ...unretainedNotes(unretained),
      ...(heaps === 2 && suspects.length > 0
        ? ['Two heaps cannot distinguish a leak from a cache that fills. Capture a third after the same work again.']
        : []),
      ...cutNote(shown.length, suspects.length, 'suspects'),
    ],
    findings: { verdict, suspects: shown, memory: [] },
  }
}
