import { LeakscopeError } from '../errors.js'

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array

/** The column with a capacity of at least `needed` numbers: itself, or a longer copy. */
export function withCapacity<T extends Column>(column: T, needed: number): T {
  if (needed <= column.length) return column
  const Kind = column.constructor as new (length: number) => T
  let longer: T
  try {
    longer = new Kind(Math.min(Math.max(needed, Math.ceil(column.length * 1.6)), 2 ** 32 - 1))
  } catch {
    throw new LeakscopeError('BAD_SNAPSHOT', `not enough memory for a heap with columns of ${needed} numbers`, {
      hint: 'Repeat this where more memory is free.',
    })
  }
  longer.set(column as never)
  return longer
}
