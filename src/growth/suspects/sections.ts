import type { Path, Table } from '../../report/report.js'
import type { Suspect } from './suspect.js'

/** The report sections of suspects: one table, then a retaining path for each. */
export function suspectSections(suspects: readonly Suspect[]): (Table | Path)[] {
  if (suspects.length === 0) return []
  return [
    {
      shape: 'table',
      title: 'Suspects',
      columns: [
        { key: 'rank', title: '#', unit: 'count' },
        { key: 'kind', title: 'Kind', unit: 'text', optional: true },
        { key: 'holder', title: 'Retained by', unit: 'text' },
        { key: 'type', title: 'Leaked type', unit: 'text' },
        { key: 'count', title: 'Gained', unit: 'change' },
        { key: 'countPerRound', title: 'Per round', unit: 'count' },
        { key: 'bytesPerRound', title: 'Bytes per round', unit: 'bytes' },
        { key: 'fingerprint', title: 'Fingerprint', unit: 'text', whole: true },
      ],
      rows: suspects.map(({ rank, kind, holder, leaked, fingerprint }) => ({
        rank,
        kind,
        holder: holder.name,
        type: leaked.type,
        count: leaked.count,
        countPerRound: leaked.countPerRound,
        bytesPerRound: leaked.bytesPerRound,
        fingerprint,
      })),
    },
    ...suspects.map(
      ({ rank, headline, evidence, path }): Path => ({
        shape: 'path',
        title: `${rank}. ${headline}. ${evidence.hint}`,
        steps: path,
      }),
    ),
  ]
}
