import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyses } from '../../src/questions/index.js'
import { type Random, randomFrom } from '../snapshot/fuzz/random.js'
import { world } from './world.js'

// The names that questions look for in heaps of V8 and Node.js, combined at random: no file has to be as V8 writes it.
const nodes = [
  ...['Map', 'Set', 'WeakMap', 'WeakRef', 'Array', 'Object', 'Timeout', 'Promise', 'EventEmitter', 'AbortSignal'],
  ...[
    'Module',
    'Generator',
    'global',
    'array:table',
    'array:a',
    'hidden:h',
    'code:c',
    'native:Node',
    "'system / Context'",
  ],
  ...['f()', '"text"', '(GC roots)', '(Global handles)', 'symbol:s', 'concatenated-string:c', 'sliced-string:s'],
]
const names = [
  ...['table', 'elements', 'properties', 'context', 'shared', 'scope_info', 'map', 'previous', 'weak', 'listener'],
  ...['_events', '_onTimeout', '_repeat', '_idleTimeout', 'reactions_or_result', 'target', 'transition', 'code'],
  ...[
    '"<symbol refed>"',
    '"<symbol kEvents>"',
    '"0"',
    '"3"',
    '"17"',
    '"4294967295"',
    '__proto__',
    '"1 / part of key (A @1) -> value (B @3)"',
  ],
]
const edges: readonly ((random: Random) => string)[] = [
  random => `.${random.pick(names)}`,
  random => `{${random.pick(names)}}`,
  random => `->${random.pick(names)}`,
  random => `~${random.pick(names)}`,
  random => `^${random.pick(names)}`,
  // Numbers beyond every table of names.
  random => `[${random.pick([0, 1, 2, 5, 99, 4_294_967_290])}]`,
  random => `{${random.pick([0, 1, 2, 3, 77, 4_294_967_290])}}`,
]

function drawing(random: Random): string {
  const count = 3 + random.below(40)
  const words = ['root', ...Array.from({ length: count }, (_, at) => `${random.pick(nodes)}#${at}`)]
  const sizes = words
    .slice(1)
    .map((word, at) => `${word} ${random.pick([0, 8, 16, 24, 4096, 5_000_000_000])} @${101 + 2 * at}`)
  const references = Array.from({ length: 3 * count }, () => {
    const from = random.pick(words)
    return `${from}${random.pick(edges)(random)} = ${random.pick(words)}`
  })
  return [...sizes, ...references].join('\n')
}

const words: Readonly<Record<string, readonly string[]>> = {
  count: ['Map'],
  at: ['@101', '@103', '@105'],
  find: ['--type', 'Map'],
  query: ['retained >= 0 and distance >= 0'],
  refs: ['--id', '@101', '--json'],
  backrefs: ['--id', '@101', '--json'],
  path: ['--id', '@101', '--json'],
}

test('no question fails on a heap, whatever is in it', async () => {
  using here = world()
  const wrong: string[] = []
  for (let seed = 1; seed <= 40; seed++) {
    const random = randomFrom(seed)
    const heaps = ['a', 'b', 'c'].map(name => {
      const path = here.heap(`${name}.heapsnapshot`, drawing(random))
      // Half of them are of one session, so that ids are compared.
      if (seed % 2 === 0) writeFileSync(`${path}.origin.json`, JSON.stringify(origin))
      return path
    })
    for (const { name, heaps: wanted } of analyses) {
      const args = [name, ...(words[name] ?? []), ...(wanted === 'series' ? heaps : heaps.slice(0, 1))]
      const { code, err } = await here.run(args)
      if (err.includes('a bug in')) wrong.push(`seed ${seed}: ${name} (${code})\n${err.slice(0, 600)}`)
    }
    // So that they are not mistaken for files of the previous seed.
    for (const path of heaps) expect(readFileSync(path, 'utf8')).toMatch(/^\{"snapshot"/)
  }
  expect([wrong.length, ...wrong.slice(0, 5)]).toEqual([0])
})

const origin = {
  version: 1,
  pid: 1,
  nodeVersion: 'v20.0.0',
  capturedAt: '2026-01-01T00:00:00.000Z',
  session: 'one',
  startedAt: 0,
  cwd: join('/', 'app'),
  scripts: [],
}
