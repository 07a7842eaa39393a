import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Profile } from 'pprof-format'
import { expect, test } from 'vitest'
import { flameGraph } from '../../src/render/flame.js'
import { heapProfile } from '../../src/render/heapprofile.js'
import { pprof } from '../../src/render/pprof.js'
import { speedscope } from '../../src/render/speedscope.js'
import { stackTree } from '../../src/render/stack-tree.js'
import type { AllocationProfile, ProfileFrame } from '../../src/report/profile.js'
import { hostile, UNSAFE } from './hostile.js'
import { readXml } from './xml.js'

const frame = (name: string, line: number, file = '/app/src/orders.ts'): ProfileFrame => ({
  function: name,
  file,
  line,
  column: 3,
})
const [place, handle, main] = [frame('placeOrder', 8), frame('handle', 20), frame('', 1, '/app/src/main.ts')]

/** Sizes are powers of two: a wrong sum shows what is missing. */
const profile: AllocationProfile = {
  startedAt: 1_790_000_000_000,
  seconds: 30,
  interval: 32_768,
  samples: [
    { bytes: 1024, stack: [place, handle, main] },
    { bytes: 2048, stack: [handle, main] },
    { bytes: 4096, stack: [frame('grow', 0, '')] },
  ],
}

test('stacks with common callers are one tree, most bytes first', () => {
  const root = stackTree(profile)
  expect([root.total, root.self]).toEqual([7168, 0])
  expect(root.children.map(({ frame, total, self }) => [frame.function, total, self])).toEqual([
    ['grow', 4096, 4096],
    ['', 3072, 0],
  ])
  expect(root.children[1]!.children.map(({ total, self }) => [total, self])).toEqual([[3072, 2048]])
})

test('a .heapprofile has every byte, counts lines from 0, and supports stacks too deep for recursion', () => {
  const { head } = JSON.parse(heapProfile(profile))
  expect(head.children[1].children[0]).toMatchObject({
    callFrame: { functionName: 'handle', url: '/app/src/orders.ts', lineNumber: 19, columnNumber: 2 },
    selfSize: 2048,
    children: [{ selfSize: 1024 }],
  })
  const stack = Array.from({ length: 5_000 }, (_, at) => frame(`f${at}`, at + 1))
  const deep = heapProfile({ ...profile, samples: [{ bytes: 1, stack }] })
  expect(deep.match(/"selfSize"/g)).toHaveLength(5_001)
})

test('speedscope gets the root first', () => {
  const { shared, profiles } = JSON.parse(speedscope(profile, 'live'))
  expect(profiles[0]).toMatchObject({ type: 'sampled', unit: 'bytes', endValue: 7168, weights: [1024, 2048, 4096] })
  expect(profiles[0].samples[0].map((at: number) => shared.frames[at].name)).toEqual([
    '(anonymous)',
    'handle',
    'placeOrder',
  ])
})

test('pprof can be read back', async () => {
  const read = Profile.decode(gunzipSync(await pprof(profile)))
  const text = (at: unknown): string => read.stringTable.strings[Number(at)]!
  expect(read.sampleType.map(({ type, unit }) => [text(type), text(unit)])).toEqual([['inuse_space', 'bytes']])
  expect(read.sample.map(({ value }) => value.map(Number))).toEqual([[1024], [2048], [4096]])
  const names = read.sample[0]!.locationId.map(id => {
    const line = read.location.find(each => each.id === id)!.line[0]!
    return text(read.function.find(each => each.id === line.functionId)!.name)
  })
  expect(names).toEqual(['placeOrder', 'handle', '(anonymous)'])
})

test('a flame graph is valid with any names, and when empty', () => {
  const samples = fc.sample(hostile, 60).map(name => ({ bytes: 64, stack: [frame(name, 1, name), main] }))
  const svg = flameGraph({ ...profile, samples })
  readXml(svg)
  expect(svg).not.toMatch(/<script|onload=/i)
  // Also if a frame has room for its whole name.
  for (const sample of samples) expect(flameGraph({ ...profile, samples: [sample] })).not.toMatch(UNSAFE)
  expect(flameGraph(profile)).toContain('placeOrder')
  readXml(flameGraph({ ...profile, samples: [] }))
})

test('a wide frame shows its location and size', () => {
  expect(flameGraph(profile)).toContain('>handle · src/orders.ts:20 · 3.0 KB, 43 %<')
})
