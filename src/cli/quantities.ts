import { LeakscopeError } from '../errors.js'

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `500ms`, `30s`, `5m`, `1h` → milliseconds. A bare number is seconds. Errors: USAGE. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim())
  if (match === null || Number(match[1]) === 0) {
    throw new LeakscopeError('USAGE', `'${text}' is not a duration`, { hint: 'Write it like 500ms, 30s, 5m or 1h.' })
  }
  return Number(match[1]) * milliseconds[match[2] ?? 's']!
}

/** A whole number of at least `least`. Errors: USAGE. */
export const parseCount =
  (least: number) =>
  (text: string): number => {
    const count = Number(text)
    const whole = Number.isInteger(count) && text.trim() !== ''
    if (whole && count >= least) return count
    throw new LeakscopeError('USAGE', whole ? `${text} is too few` : `'${text}' is not a whole number`, {
      hint: `Give ${least} or more.`,
    })
  }

const bytes: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }

/** `10MB`, `512KB`, `2GB` → bytes. A bare number is bytes. Errors: USAGE. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?B)?$/i.exec(text.trim())
  if (match !== null) return Number(match[1]) * bytes[(match[2] ?? 'B').toUpperCase()]!
  throw new LeakscopeError('USAGE', `'${text}' is not a size`, { hint: 'Write it like 512KB, 10MB or 2GB.' })
}
