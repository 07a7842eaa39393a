import type { Command } from 'commander'

/** What Tab can offer besides the verbs. Asked for when needed: types are counted once per heap. */
export interface Offered {
  /** The types of the heap that has been read; none before. */
  types(): readonly string[]
  /** Object ids that were shown, as `@1203`. */
  readonly ids: readonly string[]
}

/**
 * What the last word of a line can become, as `readline` wants it: verbs, options of the verb, the words an option takes, types after
 * `--type` and `count`, ids after `@`. A type with a space in it comes in quotes.
 */
export function completions(line: string, verbs: readonly Command[], offered: Offered): [string[], string] {
  const verbLine = line.slice(line.lastIndexOf(';') + 1).trimStart()
  const word = /(?:"[^"]*|'[^']*|\S*)$/.exec(verbLine)![0]
  const before = verbLine
    .slice(0, verbLine.length - word.length)
    .split(/\s+/)
    .filter(Boolean)
  const verb = verbs.find(verb => [verb.name(), ...verb.aliases()].includes(before[0] ?? ''))
  return [candidates().filter(candidate => candidate.startsWith(word)), word]

  function candidates(): string[] {
    if (before.length === 0 || before[0] === 'help') return verbs.flatMap(verb => [verb.name(), ...verb.aliases()])
    if (verb === undefined) return []
    if (word.startsWith('@')) return offered.ids.filter(id => !before.includes(id))
    const last = before.at(-1)!
    if (last === '--type' || (verb.name() === 'count' && before.length === 1 && !word.startsWith('-'))) {
      return offered.types().map(type => inQuotes(type, word))
    }
    const option = verb.options.find(({ short, long }) => last === short || last === long)
    if (option?.argChoices !== undefined) return option.argChoices
    return word.startsWith('-') ? verb.options.flatMap(option => option.long ?? []) : []
  }
}

function inQuotes(type: string, word: string): string {
  const quote = /^["']/.exec(word)?.[0] ?? (/[\s;"'>]/.test(type) ? "'" : '')
  return quote + type + quote
}
