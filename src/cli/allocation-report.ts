import { allocationSites } from '../check/allocated-at.js'
import { type Kept, keptBy } from '../check/kept-by.js'
import type { Suspect } from '../growth/suspects/suspect.js'
import { cutNote } from '../questions/ask/options.js'
import { standard } from '../report/columns.js'
import type { AllocationProfile, ProfileFrame } from '../report/profile.js'
import type { Report, Row } from '../report/report.js'
import { counted, sized } from '../units.js'
import type { Recorded } from './allocation-run.js'

/** The report of an allocation recording: which functions allocated the live memory, and what retains it. */
export function allocationReport(recorded: Recorded, limit: number): Report {
  const { allocations, growth, seconds, notes } = recorded
  const total = allocations.reduce((sum, { bytes }) => sum + bytes, 0)
  const sites = allocationSites([allocations], Number.POSITIVE_INFINITY)
  const grown = growth === undefined ? [] : [...growth.suspects, ...growth.uncertain, ...growth.levelling]
  const kept = keptBy(sites, grown)
  const shown = kept.slice(0, limit)
  const own = sites.reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    title: 'Live allocations',
    headline: headlineOf(kept[0], total, seconds),
    sections: [
      {
        shape: 'table',
        title: 'Functions that allocated live memory',
        wraps: true,
        columns: [
          { key: 'bytes', title: 'Alive', unit: 'bytes' },
          standard.share,
          { key: 'function', title: 'Allocated at or below', unit: 'text' },
          standard.place,
          ...(growth === undefined ? [] : [{ key: 'keptBy', title: 'Retained by', unit: 'text' } as const]),
        ],
        rows: shown.map(entry => rowOf(entry, total)),
      },
    ],
    notes: [
      ...notes,
      ...cutNote(shown.length, kept.length),
      ...fewSamplesNote(total, recorded, grown),
      ...(own < total
        ? [`${sized(total - own)} was allocated where no function of the program was on the stack.`]
        : []),
    ],
    profile: profileOf(recorded),
    findings: {
      seconds,
      interval: recorded.interval,
      bytes: total,
      ...(growth === undefined ? {} : { suspects: grown.slice(0, limit) }),
    },
  }
}

function headlineOf(first: Kept | undefined, total: number, seconds: number): string {
  const time = `in ${counted(seconds)} s`
  if (first === undefined) return `Nothing that the program allocated ${time} is still alive, as far as samples show`
  const { site, by } = first
  const { file, line } = site.location
  const share = Math.round((site.bytes / total) * 100)
  const retainer = by[0] === undefined ? '' : `, retained by ${retainerOf(by[0])}`
  return `${sized(total)} allocated ${time} is alive: ${share} % at or below ${site.function} (${file}:${line})${retainer}`
}

/** With few samples, the share of a function is unreliable. */
function fewSamplesNote(total: number, { interval, seconds }: Recorded, grown: readonly Suspect[]): string[] {
  const samples = Math.round(total / interval)
  if (samples >= FEW) return []
  const seen = samples === 0 ? 'No sample' : samples === 1 ? 'One sample' : `About ${samples} samples`
  return [
    `${seen} in ${counted(seconds)} s: too few to rank functions by. Sample for longer, or with a smaller --interval (here ${sized(interval)}).`,
    ...grown.slice(0, 1).map(({ headline }) => `Grew meanwhile: ${headline}.`),
  ]
}

const FEW = 10

const rowOf = ({ site, by }: Kept, total: number): Row => ({
  bytes: site.bytes,
  percent: (site.bytes / total) * 100,
  function: site.function,
  place: `${site.location.file}:${site.location.line}:${site.location.column}`,
  keptBy: by.length === 0 ? null : by.slice(0, 3).map(retainerOf).join('; '),
})

const retainerOf = ({ holder: { type, name, location } }: Kept['by'][number]): string => {
  const place = location === null ? '' : ` (${location.file}:${location.line})`
  return `${[type, name].filter(word => word !== '').join(' ')}${place}`
}

function profileOf({ allocations, startedAt, seconds, interval }: Recorded): AllocationProfile {
  return {
    startedAt,
    seconds,
    interval,
    samples: allocations.map(({ bytes, stack }) => ({ bytes, stack: stack.map(frameOf) })),
  }
}

const frameOf = ({ function: name, location }: Recorded['allocations'][number]['stack'][number]): ProfileFrame =>
  location === null ? { function: name, file: '', line: 0, column: 0 } : { function: name, ...location }
