import { LeakscopeError } from '../../errors.js'

/**
 * Checks a value from a target: returns it as its type, or throws `Mismatch`. Unexpected properties of objects are
 * dropped, so that nothing unchecked is passed on.
 */
export type Schema<T> = (value: unknown) => T

/** The type that a schema gives. */
export type Accepted<S> = S extends Schema<infer T> ? T : never

/** Why a value does not match, and where in it. Never thrown out of `accept`. */
class Mismatch extends Error {
  path = ''
}

/**
 * Returns a target's value if it matches the schema. Everything that a process, its inspector or its forked child sends
 * passes through here before it is used. `what` names it in the message: `Runtime.evaluate of process 4121`. Errors:
 * ATTACH.
 */
export function accept<T>(schema: Schema<T>, value: unknown, what: string): T {
  try {
    return schema(value)
  } catch (error) {
    if (error instanceof Mismatch) throw unacceptable(what, `${error.path || 'it'} ${error.message}`)
    throw error
  }
}

/** The error for an answer that Node.js would not give. */
export function unacceptable(what: string, why: string): LeakscopeError {
  return new LeakscopeError('ATTACH', `unexpected answer to ${what}: ${why}`, {
    hint: 'Do not trust this process: it has replaced functions of Node.js that leakscope uses, or it is not Node.js.',
  })
}

/** Text of at most `most` UTF-16 units. */
export function text(most: number): Schema<string> {
  return value => {
    if (typeof value !== 'string') throw new Mismatch('is not text')
    if (value.length > most) throw new Mismatch(`has ${value.length} characters, more than ${most}`)
    return value
  }
}

/** Text that matches the pattern as a whole. */
export function textLike(pattern: RegExp, most: number): Schema<string> {
  const isText = text(most)
  return value => {
    const accepted = isText(value)
    if (!pattern.test(accepted)) throw new Mismatch('is not of the expected form')
    return accepted
  }
}

/** Text, cut where it is longer than `most`: for what is only shown. */
export function cutText(most: number): Schema<string> {
  return value => {
    if (typeof value !== 'string') throw new Mismatch('is not text')
    return value.length > most ? value.slice(0, most) : value
  }
}

/** A finite number between two bounds. */
export function number(least: number, most: number): Schema<number> {
  return value => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Mismatch('is not a number')
    if (value < least || value > most) throw new Mismatch(`is ${value}, not between ${least} and ${most}`)
    return value
  }
}

/** A whole number between two bounds. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): Schema<number> {
  const isNumber = number(least, most)
  return value => {
    const accepted = isNumber(value)
    if (!Number.isInteger(accepted)) throw new Mismatch('is not a whole number')
    return accepted
  }
}

/** A whole number written as digits, as the protocol writes ids of scripts and objects. */
export function digits(most: number = Number.MAX_SAFE_INTEGER): Schema<number> {
  const isText = textLike(/^\d+$/, 16)
  const isInteger = integer(0, most)
  return value => isInteger(Number(isText(value)))
}

/** True or false. */
export const flag: Schema<boolean> = value => {
  if (typeof value !== 'boolean') throw new Mismatch('is neither true nor false')
  return value
}

/** Anything that JSON can carry: for values that are only shown to the user who evaluated them. */
export const anything: Schema<unknown> = value => value

/** A value that may be missing. */
export function optional<T>(schema: Schema<T>): Schema<T | undefined> {
  return value => (value === undefined ? undefined : schema(value))
}

/** A value, or `fallback` when it does not match: for optional information. */
export function otherwise<T, F>(schema: Schema<T>, fallback: F): Schema<T | F> {
  return value => {
    try {
      return schema(value)
    } catch (error) {
      if (error instanceof Mismatch) return fallback
      throw error
    }
  }
}

/** A value of one of two kinds. */
export function either<A, B>(one: Schema<A>, other: Schema<B>): Schema<A | B> {
  return value => {
    try {
      return one(value)
    } catch (error) {
      if (error instanceof Mismatch) return other(value)
      throw error
    }
  }
}

/** JSON's `null`. */
export const nothing: Schema<null> = value => {
  if (value !== null) throw new Mismatch('is not null')
  return null
}

/** A list of at most `most` members. */
export function list<T>(member: Schema<T>, most: number): Schema<T[]> {
  return value => {
    if (!Array.isArray(value)) throw new Mismatch('is not a list')
    if (value.length > most) throw new Mismatch(`has ${value.length} members, more than ${most}`)
    return value.map((each, at) => within(`[${at}]`, member, each))
  }
}

/** A list with one schema per member; further members are dropped. */
export function tuple<T extends readonly unknown[]>(...members: { readonly [K in keyof T]: Schema<T[K]> }): Schema<T> {
  return value => {
    if (!Array.isArray(value)) throw new Mismatch('is not a list')
    return members.map((member, at) => within(`[${at}]`, member, value[at])) as unknown as T
  }
}

/** An object with these properties; optional ones that are missing stay missing. */
export function object<F extends Readonly<Record<string, Schema<unknown>>>>(fields: F): Schema<Fields<F>> {
  const entries = Object.entries(fields)
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Mismatch('is not an object')
    const accepted: Record<string, unknown> = {}
    for (const [name, schema] of entries) {
      const given = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
      const field = within(`.${name}`, schema, given)
      if (field !== undefined) accepted[name] = field
    }
    return accepted as Fields<F>
  }
}

/** Properties that may be undefined may be missing. */
type Fields<F extends Readonly<Record<string, Schema<unknown>>>> = {
  readonly [K in keyof F as undefined extends Accepted<F[K]> ? never : K]: Accepted<F[K]>
} & { readonly [K in keyof F as undefined extends Accepted<F[K]> ? K : never]?: Exclude<Accepted<F[K]>, undefined> }

function within<T>(place: string, schema: Schema<T>, value: unknown): T {
  try {
    return schema(value)
  } catch (error) {
    if (error instanceof Mismatch) error.path = place + error.path
    throw error
  }
}
