import { readFileSync } from 'node:fs'
import { LeakscopeError } from '../errors.js'

/** Reads a JSON file that the user named, without validating its shape. Errors: NOT_FOUND, USAGE, with `hint`. */
export function readJson(path: string, hint: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message
    throw new LeakscopeError('NOT_FOUND', `${path} cannot be read: ${why}`, { hint, cause })
  }
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new LeakscopeError('USAGE', `${path} is not JSON: ${(cause as Error).message}`, { hint, cause })
  }
}

/** Whether a value is an object with fields. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A number, or `null` for everything else. */
export const numberOr = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null
