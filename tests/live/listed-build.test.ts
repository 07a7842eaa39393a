import { describe, expect, test } from 'vitest'
// @ts-expect-error a script without types
import { symbolsOf } from '../../.ci/symbols-of.mjs'
import { listedSymbols } from '../../src/live/capture/memory/listed-build.js'
import { sourceText } from '../../src/package-file.js'
import { nodeVersions } from '../node-versions.js'

const list = sourceText('live/capture/memory/builds.txt')
const builds = list
  .split('\n')
  .filter(line => line.startsWith('build '))
  .map(line => {
    const [, platform, version, id] = line.split(' ')
    return { platform, version, id: id! }
  })

interface ListedSymbol {
  readonly address: number
  readonly size: number
  readonly name: string
}

const symbolsIn = (text: string): readonly ListedSymbol[] =>
  text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(line => {
      const [, address, size, name] = /^([\da-f]+) ([\da-f]+) (_Z\w+)$/.exec(line)!
      return { address: Number.parseInt(address!, 16), size: Number.parseInt(size!, 16), name: name! }
    })

// What the walk cannot do without: visitors.c.
const needed = [
  '_ZTVN2v88internal26IndexedReferencesExtractorE',
  '_ZTVN2v88internal24RootsReferencesExtractorE',
  '_ZN2v88internal14V8HeapExplorer27IterateAndExtractReferencesEPNS0_21HeapSnapshotGeneratorE',
  '_ZN2v88internal4Heap13SizeOfObjectsEv',
  '_ZNK2v88internal10HeapObject11SizeFromMapENS0_6TaggedINS0_3MapEEE',
  '_ZN2v88internal11RootVisitor8RootNameENS0_4RootE',
]

test('each build is listed once, with all symbols that the walk needs', () => {
  expect(builds.length).toBeGreaterThan(40)
  expect(new Set(builds.map(({ id }) => id)).size).toBe(builds.length)
  expect(new Set(builds.map(({ platform, version }) => `${platform} ${version}`)).size).toBe(builds.length)
  for (const { platform, version, id } of builds) {
    expect(platform).toMatch(/^linux-(x64|arm64)$/)
    expect(id).toMatch(/^[\da-f]{40}$/)
    const text = listedSymbols(id)!
    expect(text.startsWith(`${id}\n`), version).toBe(true)
    const symbols = symbolsIn(text)
    const names = symbols.map(({ name }) => name)
    expect(new Set(names).size, version).toBe(names.length)
    expect(names, version).toEqual(expect.arrayContaining(needed))
    expect(symbols.length, version).toBeLessThan(512) // MOST_LISTED
    for (const { address, size, name } of symbols) {
      expect(address, version).toBeGreaterThan(0x1000)
      // Tables are read to their end, and this one function is searched.
      if (/^_ZTV|IterateAndExtract/.test(name)) expect(size, version).toBeGreaterThan(32)
    }
  }
})

test('an unlisted build has no symbols', () => {
  expect(listedSymbols('')).toBeUndefined()
  expect(listedSymbols('0'.repeat(40))).toBeUndefined()
  expect(listedSymbols(builds[0]!.id.slice(0, 39))).toBeUndefined()
})

test('the list is small', () => {
  expect(list.length).toBeLessThan(100_000)
})

// Its own .symtab has the addresses.
const here = nodeVersions().filter(({ version }) => builds.some(build => build.version === version))
describe.skipIf(here.length === 0)('listed binaries on this machine [skipped if there are none]', () => {
  test.each(here)('$version: the symbols are at their listed addresses', ({ path }) => {
    const { buildId, symbols } = symbolsOf(path) as { buildId: string; symbols: readonly ListedSymbol[] }
    const listed = symbolsIn(listedSymbols(buildId)!)
    expect(listed.map(({ address, name }) => ({ address, name }))).toEqual(
      symbols.map(({ address, name }) => ({ address, name })),
    )
  })
})
