import type { Command } from 'commander'

/** What Tab can offer besides verbs. Functions, since types are counted only when needed. */
export interface Offered {
  /** The types of the heap that was read; empty before. */
  types(): readonly string[]
  /** Object ids shown so far, as `@1203`. */
  readonly ids: readonly string[]
  /** The names of properties in the heap that was read. */
  properties(): readonly string[]
  /** The property names of an expression's live value. */
  names(expression: string): Promise<readonly string[]>
}

/**
 * The completions of the last word of a line, as `readline` expects them: verbs, options of the verb, values of an
 * option, types after `--type`, `count` and the verbs that select objects, ids after `@`, properties in a `query` and
 * in the JavaScript after `$`. A type that contains a space is quoted; a single candidate ends in a space.
 */
export async function completions(
  line: string,
  verbs: readonly Command[],
  offered: Offered,
): Promise<[string[], string]> {
  const code = /^(?:.*;)?\s*\$\s(.*)$/.exec(line)?.[1]
  if (code !== undefined) return namesIn(code, offered)
  const verbLine = line.slice(line.lastIndexOf(';') + 1).trimStart()
  const arg = /(?:"[^"]*|'[^']*|\S*)$/.exec(verbLine)![0]
  const before = verbLine
    .slice(0, verbLine.length - arg.length)
    .split(/\s+/)
    .filter(Boolean)
  const verb = verbs.find(verb => [verb.name(), ...verb.aliases()].includes(before[0] ?? ''))
  const property = asksExpression() ? /\.([\p{ID_Continue}$]*)$/u.exec(arg) : null
  if (property !== null) return [startingWith(property[1]!, offered.properties()), property[1]!]
  const found = startingWith(arg, candidates())
  // As in a shell, a unique completion ends with a space.
  return [found.length === 1 ? [`${found[0]} `] : found, arg]

  function asksExpression(): boolean {
    return verb?.name() === 'query' || before.at(-1) === '--where'
  }

  function candidates(): string[] {
    if (before.length === 0 || before[0] === 'help') return verbs.flatMap(verb => [verb.name(), ...verb.aliases()])
    if (verb === undefined) return []
    if (arg.startsWith('@')) return offered.ids.filter(id => !before.includes(id))
    const last = before.at(-1)!
    if (last === '--type' || (before.length === 1 && takesType(verb) && !arg.startsWith('-'))) {
      return offered.types().map(type => inQuotes(type, arg))
    }
    const option = verb.options.find(({ short, long }) => last === short || last === long)
    if (option?.argChoices !== undefined) return option.argChoices
    return arg.startsWith('-') ? verb.options.flatMap(option => option.long ?? []) : []
  }
}

// `count Session`, and every verb that selects objects by `--type`: `find Session`, `path Session`.
const takesType = (verb: Command): boolean =>
  verb.name() === 'count' || verb.options.some(({ long }) => long === '--type')

const startingWith = (start: string, names: readonly string[]): string[] => names.filter(name => name.startsWith(start))

/**
 * Completes the last name of a chain such as `globalThis.cache.si` from the live object before it; a first name from
 * the global object.
 */
async function namesIn(code: string, offered: Offered): Promise<[string[], string]> {
  const chain = /((?:[\p{ID_Continue}$]+\??\.)*)([\p{ID_Continue}$]*)$/u.exec(code)!
  const object = chain[1]!.replace(/\??\.$/, '') || 'globalThis'
  return [startingWith(chain[2]!, await offered.names(object)), chain[2]!]
}

function inQuotes(type: string, arg: string): string {
  const quote = /^["']/.exec(arg)?.[0] ?? (/[\s;"'>]/.test(type) ? "'" : '')
  return quote + type + quote
}
