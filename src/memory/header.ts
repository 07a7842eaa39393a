import { damaged } from './damage.js'
import type { Input } from './input.js'

/** The facts about the dump and about V8 that precede the objects. */
export interface Header {
  readonly node: string
  readonly v8: string
  readonly pid: number | undefined
  /** The number of objects that follow. */
  readonly nodes: number
  /** About how many slots they have, 0 if unknown: used only to reserve capacity. */
  readonly slots: number
  readonly chunkBits: number
  readonly rawWords: number
  readonly stringLimit: number
  readonly externalLimit: number
  readonly stringHeader: number
  /** V8's facts about its own layout: `class_Map__prototype__Object: 24`. */
  readonly constants: ReadonlyMap<string, number>
  /** V8's names of the kinds of roots. */
  readonly rootKinds: ReadonlyMap<number, string>
  /** V8's names of the slots of a native context, if the binary has them. */
  readonly nativeContextNames: ReadonlyMap<number, string>
}

/** With more objects than this, node and edge numbers would not fit into 32 bits. */
const maxNodes = 2 ** 29

export async function readHeader(input: Input): Promise<Header> {
  const begin = input.position
  const json = await input.json('the header')
  const fail = (reason: string) => damaged(begin, `the header ${reason}`)
  const number = (key: string, least: number, most: number, otherwise?: number): number => {
    const value = json[key] ?? otherwise
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      throw fail(`has \`${key}\` ${JSON.stringify(value)?.slice(0, 40)}`)
    return value
  }
  const words = (key: string): [string, unknown][] => {
    const value = json[key] ?? {}
    if (typeof value !== 'object' || value === null) throw fail(`has no \`${key}\``)
    return Object.entries(value)
  }
  const text = (key: string): string => (typeof json[key] === 'string' ? json[key].slice(0, 100) : '')
  const constants = new Map<string, number>()
  for (const [name, value] of words('constants')) if (typeof value === 'number') constants.set(name, value)
  if (constants.size === 0) throw fail('has no `constants`')
  const numbered = (key: string): Map<number, string> =>
    new Map(words(key).flatMap(([at, name]) => (typeof name === 'string' ? [[Number(at), name.slice(0, 200)]] : [])))
  return {
    node: text('node'),
    v8: text('v8'),
    pid: typeof json.pid === 'number' ? json.pid : undefined,
    nodes: number('nodes', 1, maxNodes),
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
