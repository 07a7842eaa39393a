import type { Cell, Unit } from '../report/report.js'
import { plain } from './plain-text.js'

/** A value as a person reads it in its unit: `1,203`, `+12`, `1.5 MB`, `12.5 %`, `@1203`. What could not be had is `–`. */
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
      return `${inTenths.format(value)} %`
    case 'id':
      return `@${value}`
  }
}

/** With thousands separators, and a decimal where it has one: `12,345`, `0.5`. */
export function counted(value: number): string {
  return atMostTenths.format(value)
}

/** A number of bytes, divided by 1024 and written B, KB, MB or GB: `640 B`, `1.5 KB`. */
export function sized(bytes: number): string {
  let size = bytes
  let step = 0
  // What would be rounded up to 1,024.0 belongs to the next unit already.
  while (Math.abs(size) >= (step === 0 ? 1024 : 1023.95) && step < SIZES.length - 1) {
    size /= 1024
    step++
  }
  return `${step === 0 ? counted(size) : inTenths.format(size)} ${SIZES[step]}`
}

/** A difference in the unit, with its sign: `+33.3 MB`, `-12`, `0`. */
export function difference(value: number | null, unit: Unit): string {
  return `${value !== null && value > 0 && unit !== 'change' ? '+' : ''}${shown(value, unit)}`
}

const SIZES = ['B', 'KB', 'MB', 'GB']

// One locale for all, so that the same report reads the same on every machine.
const inTenths = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'negative',
})
const atMostTenths = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1, signDisplay: 'negative' })
