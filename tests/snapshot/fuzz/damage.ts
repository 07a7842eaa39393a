import type { Random } from './random.js'

/** A kind of damage to the text of a snapshot, for messages. */
export interface Damage {
  readonly name: string
  apply(text: string, random: Random): string
}

/** The borders in the format: of sections, rows, strings, and header fields. */
function borders(text: string): number[] {
  const found = [0, text.length]
  for (const { index, 0: match } of text.matchAll(/"\w+":|[[\]{}]/g)) found.push(index, index + match.length)
  return found
}

/** A random position, at or near a border in half of the cases. */
function place(text: string, random: Random): number {
  const all = borders(text)
  const at = random.chance(0.6) ? random.pick(all) + random.below(41) - 20 : random.below(text.length + 1)
  return Math.min(Math.max(at, 0), text.length)
}

const pieces =
  '0 1 7 10 999 4294967294 4294967295 4294967296 9007199254740991 9007199254740993 99999999999999999999 -1 -0 00 1.5 1e9 , ,, [ ] { } [] {} " "" \\ \\u12 \\ud83d \n \t \u0000 \ufeff null true "a" // /**/'.split(
    ' ',
  )

const splice = (text: string, at: number, length: number, piece: string): string =>
  text.slice(0, at) + piece + text.slice(at + length)

/** The sections of a valid text: name and value. */
function sections(text: string): string[] | undefined {
  const names = ['snapshot', 'nodes', 'edges', 'trace_function_infos', 'trace_tree', 'samples', 'locations', 'strings']
  const starts = names.map(name => text.indexOf(`"${name}":`)).filter(at => at >= 0)
  if (starts.length < 4) return undefined
  return starts.map((start, at) => text.slice(start, starts[at + 1] ?? text.lastIndexOf('}')).replace(/,\s*$/, ''))
}

function resected(text: string, change: (parts: string[]) => readonly string[]): string {
  const parts = sections(text)
  return parts === undefined ? text : `{${change(parts).join(',')}}`
}

/** Replaces one number of the text: a count, an index, a size. */
function renumbered(text: string, random: Random, change: (number: number) => string): string {
  const numbers = [...text.matchAll(/\d+/g)]
  if (numbers.length === 0) return text
  const { index, 0: digits } = random.pick(numbers)
  return splice(text, index, digits.length, change(Number(digits)))
}

export const damages: readonly Damage[] = [
  { name: 'cut off', apply: (text, random) => text.slice(0, place(text, random)) },
  {
    name: 'a bit turned',
    apply(text, random) {
      const at = place(text, random)
      return splice(text, at, 1, String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << random.below(8))))
    },
  },
  {
    name: 'replaced',
    apply: (text, random) => splice(text, place(text, random), random.below(4), random.pick(pieces)),
  },
  { name: 'dropped', apply: (text, random) => splice(text, place(text, random), random.below(600), '') },
  {
    name: 'repeated',
    apply(text, random) {
      const at = place(text, random)
      return splice(text, at, 0, text.slice(at, at + random.below(600)))
    },
  },
  {
    name: 'moved',
    apply(text, random) {
      const [from, length] = [place(text, random), random.below(300)]
      const rest = splice(text, from, length, '')
      return splice(rest, place(rest, random), 0, text.slice(from, from + length))
    },
  },
  { name: 'sections in another order', apply: (text, random) => resected(text, parts => random.shuffled(parts)) },
  {
    name: 'a section missing',
    apply: (text, random) => resected(text, parts => parts.filter(() => random.chance(0.8))),
  },
  { name: 'a section twice', apply: (text, random) => resected(text, parts => [...parts, random.pick(parts)]) },
  {
    name: 'a number a little off',
    apply: (text, random) => renumbered(text, random, number => String(number + random.pick([-7, -1, 1, 7]))),
  },
  {
    name: 'a number far off',
    apply: (text, random) =>
      renumbered(text, random, () => random.pick(pieces.filter(piece => /^-?\d/.test(piece) || piece === 'null'))),
  },
  {
    name: 'white space',
    apply: (text, random) => text.replaceAll(/[,[\]{}:]/g, mark => (random.chance(0.02) ? ` ${mark}\r\n\t` : mark)),
  },
  { name: 'not damaged', apply: text => text },
]
