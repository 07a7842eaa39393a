import { counted, sized } from '../../units.js'
import type { LeakedRate } from './suspect.js'

/** The parts of a suspect's sentence. */
export interface Saying {
  /** The retainers, each as `Map sessions in src/store.js`. */
  retainers: readonly string[]
  /** Whether one retainer represents many of its kind. */
  isMany: boolean
  leaked: LeakedRate
  /** What the leaked type is in the program, if its name does not show it. */
  leakedOf: string | undefined
  heaps: number
  /** Whether it accumulates among objects that come and go. */
  isAmongOthers: boolean
  detail: string | undefined
}

/**
 * A suspect's sentence: what gains what, how fast, how certain, and how each is retained. `Map sessions in src/store.js
 * gains 200 Session per round (412.0 KB), in 3 of 3 heaps`
 */
export function headline({ retainers, isMany, leaked, leakedOf, heaps, isAmongOthers, detail }: Saying): string {
  const { type, countPerRound, bytesPerRound } = leaked
  const inHeaps = isAmongOthers ? amongOthers(heaps) : `, in ${heaps} of ${heaps} heaps`
  const addition = detail === undefined ? '' : `; ${detail}`
  if (countPerRound === 0) return `${retainers[0]} grows by ${sized(bytesPerRound)} per round${inHeaps}${addition}`
  const count = counted(countPerRound >= 10 ? Math.round(countPerRound) : countPerRound)
  const of = leakedOf === undefined ? '' : ` (${leakedOf})`
  const what = `${count} ${spoken(type, countPerRound)}${of} per round (${sized(bytesPerRound)})`
  const subjects = sharingFile(retainers)
  if (subjects.length === 1) return `${subjects[0]} ${isMany ? 'gain' : 'gains'} ${what}${inHeaps}${addition}`
  const all = subjects.length === 2 ? 'both' : 'all'
  return `${listed(subjects)} ${all} gain the same ${what}${inHeaps}; freed only when out of ${all}${addition}`
}

/** The ending for growth among objects that come and go, which is known only from the later heaps. */
export const amongOthers = (heaps: number): string => ` over ${heaps} heaps, among others that come and go`

/** `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** For `Map a in x.js and Set b in x.js`, names the file once. */
function sharingFile(retainers: readonly string[]): string[] {
  const files = new Set(retainers.map(retainer => / in \S+(?: \([^()]*\))?$/.exec(retainer)?.[0] ?? ''))
  const file = [...files][0]!
  if (files.size > 1 || file === '') return [...retainers]
  return retainers.map((retainer, at) => (at < retainers.length - 1 ? retainer.slice(0, -file.length) : retainer))
}

/** Readable words for V8's types in brackets. */
export function spoken(type: string, count: number): string {
  const many = count !== 1
  if (type === '(closure)') return many ? 'functions' : 'function'
  if (type.endsWith('string)')) return many ? 'strings' : 'string'
  if (type === 'system / Context') return many ? 'closure scopes' : 'closure scope'
  if (type === 'vm context') return many ? 'vm contexts' : type
  if (type === 'Object') return many ? 'plain objects' : 'plain object'
  return type.replace(/^\((.*)\)$/, '$1')
}
