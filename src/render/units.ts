import type { Cell, Unit } from '../report/report.js'
import { counted, inTenths, sized } from '../units.js'
import { plain } from './plain-text.js'

/** A human-readable value in its unit: `1,203`, `+12`, `1.5 MB`, `12.5 %`, `@1203`. An unavailable one is `–`. */
export function shown(value: Cell | undefined, unit: Unit): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'string') return plain(value)
  if (!Number.isFinite(value)) return '–'
  switch (unit) {
    case 'text':
      return String(value)
    case 'count':
      return counted(value)
    case 'change':
      return value > 0 ? `+${counted(value)}` : counted(value)
    case 'bytes':
      return sized(value)
    case 'percent':
      return `${inTenths(value)} %`
    case 'id':
      return `@${value}`
  }
}

/** A difference in the unit, with its sign: `+33.3 MB`, `-12`, `0`. */
export function difference(value: number | null, unit: Unit): string {
  return `${value !== null && value > 0 && unit !== 'change' ? '+' : ''}${shown(value, unit)}`
}
