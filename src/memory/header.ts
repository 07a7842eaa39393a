import { damaged } from './damage.js'
import type { Input } from './input.js'

/** What the dump says of itself and of V8 before any object. */
export interface Header {
  readonly node: string
  readonly v8: string
  readonly pid: number | undefined
  /** How many objects follow. */
  readonly nodes: number
  /** About how many slots they have, 0 where it is not said: nothing but room is made for them. */
  readonly slots: number
  readonly chunkBits: number
  readonly rawWords: number
  readonly stringLimit: number
  readonly externalLimit: number
  readonly stringHeader: number
  /** V8's facts about its own layout: `class_Map__prototype__Object: 24`. */
  readonly constants: ReadonlyMap<string, number>
  /** V8's words for the kinds of roots. */
  readonly rootKinds: ReadonlyMap<number, string>
  /** V8's words for the slots of a native context, where the binary says them. */
  readonly nativeContextNames: ReadonlyMap<number, string>
}

/** More objects than this do not fit into numbers of four bytes, with what is said of each. */
const mostNodes = 2 ** 29

export async function readHeader(input: Input): Promise<Header> {
  const begin = input.position
  const json = await input.json('the header')
  const fail = (reason: string) => damaged(begin, `begins a header ${reason}`)
  const number = (key: string, least: number, most: number, otherwise?: number): number => {
    const value = json[key] ?? otherwise
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      throw fail(`whose \`${key}\` is ${JSON.stringify(value)?.slice(0, 40)}`)
    return value
  }
  const words = (key: string): [string, unknown][] => {
    const value = json[key] ?? {}
    if (typeof value !== 'object' || value === null) throw fail(`without \`${key}\``)
    return Object.entries(value)
  }
  const text = (key: string): string => (typeof json[key] === 'string' ? json[key].slice(0, 100) : '')
  const constants = new Map<string, number>()
  for (const [name, value] of words('constants')) if (typeof value === 'number') constants.set(name, value)
  if (constants.size === 0) throw fail('without `constants`')
  const numbered = (key: string): Map<number, string> =>
    new Map(words(key).flatMap(([at, name]) => (typeof name === 'string' ? [[Number(at), name.slice(0, 200)]] : [])))
  return {
    node: text('node'),
    v8: text('v8'),
    pid: typeof json.pid === 'number' ? json.pid : undefined,
    nodes: number('nodes', 1, mostNodes),
    slots: number('slots', 0, Number.MAX_SAFE_INTEGER, 0),
    chunkBits: number('chunkBits', 12, 18),
    rawWords: number('rawWords', 1, 64),
    stringLimit: number('stringLimit', 0, 2 ** 32),
    externalLimit: number('externalLimit', 0, 2 ** 32),
    stringHeader: number('stringHeader', 8, 64, 16),
    constants,
    rootKinds: numbered('rootKinds'),
    nativeContextNames: numbered('nativeContextNames'),
  }
}
