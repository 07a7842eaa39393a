import { LeakscopeError } from '../errors.js'

/** The type of value that each option takes. An option means the same in every function. */
const taken = {
  objects: 'objects',
  extraIgnore: 'objects',
  filter: 'function',
  highlight: 'function',
  extraInfo: 'function',
  extraNodeAttrs: 'function',
  limit: 'number or null',
  maxDepth: 'number',
  tooMany: 'number',
  qualified: 'any',
  retained: 'any',
  raw: 'any',
  all: 'any',
  refcounts: 'any',
  merge: 'any',
  newSince: 'any',
  skipUpdate: 'any',
  sortby: 'any',
  backrefs: 'any',
  file: 'stream',
  output: 'stream',
  filename: 'any',
  style: 'style',
} as const

type Name = keyof typeof taken

const sentences: Readonly<Record<string, readonly [is: (value: unknown) => boolean, what: string, example: string]>> = {
  objects: [isList, 'a list of objects', '[a, b]'],
  function: [value => typeof value === 'function', 'a function of an object', "object => object.type === 'Session'"],
  number: [isCount, 'a whole number', '3'],
  'number or null': [value => value === null || isCount(value), 'a number of rows, or null for all', '5'],
  stream: [isStream, 'a stream', 'process.stderr'],
  style: [value => value === 'modern' || value === 'objgraph', "'modern' or 'objgraph'", "'objgraph'"],
  any: [() => true, '', ''],
}

/**
 * Checks the options of a call, which at a prompt no compiler has checked. Errors: USAGE for an unknown option, such as
 * objgraph's own `max_depth`, and for a value of the wrong type.
 */
export function checked<Options extends object>(given: Options | undefined, names: readonly Name[]): Options {
  if (given === undefined) return {} as Options
  if (typeof given !== 'object' || given === null || isList(given)) {
    throw new LeakscopeError('USAGE', 'options are given by name', {
      hint: `For example: ${example(names[0]!)}.`,
    })
  }
  for (const [name, value] of Object.entries(given)) {
    const known = names.find(known => known === name)
    if (known === undefined) throw unknown(name, names)
    const [is, what] = sentences[taken[known]]!
    if (value !== undefined && !is(value)) {
      throw new LeakscopeError('USAGE', `${name} takes ${what}`, { hint: `For example: ${example(known)}.` })
    }
  }
  return given
}

/** Checks a required predicate. Errors: USAGE. */
export function checkedPredicate<Predicate>(predicate: Predicate): Predicate {
  if (typeof predicate === 'function') return predicate
  throw new LeakscopeError('USAGE', 'the second argument is a function that selects objects', {
    hint: "For example: `object => object.type === 'Session'`.",
  })
}

const example = (name: Name): string => `{ ${name}: ${sentences[taken[name]]![2] || 'true'} }`

function unknown(name: string, names: readonly Name[]): LeakscopeError {
  const camel = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const meant = camel === 'shortnames' ? 'qualified' : camel
  const hint = names.includes(meant as Name) ? `Use ${example(meant as Name)}.` : `The options are ${names.join(', ')}.`
  return new LeakscopeError('USAGE', `there is no option ${JSON.stringify(name)} here`, { hint })
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)
}

function isList(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function isStream(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'write' in value && typeof value.write === 'function'
}
