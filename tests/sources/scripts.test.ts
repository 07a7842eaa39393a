import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { placesOf } from '../../src/sources/scripts.js'

// `a` in column 0 of line 1 came from line 3, column 2 of store.ts ("AAEE": source 0, line +2, column +2).
const map = JSON.stringify({ version: 3, sources: ['../src/store.ts'], names: [], mappings: 'AAEE' })

describe('places', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'leakscope-places-'))
    writeFileSync(join(folder, 'store.js.map'), map)
    writeFileSync(join(folder, 'broken.js.map'), 'not a map')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const url = (name: string) => pathToFileURL(join(folder, name)).href

  test('a script without a source map is shown as it is, counted from 1', () => {
    const places = placesOf(() => [{ id: 7, url: url('plain.js'), sourceMapURL: '' }])
    expect(places.at(7, 4, 11)).toEqual({ file: join(folder, 'plain.js'), line: 5, column: 12 })
  })

  test('a file below the base is given relative to it', () => {
    const places = placesOf(() => [{ id: 7, url: url('plain.js'), sourceMapURL: '' }], folder)
    expect(places.at(7, 0, 0)?.file).toBe('plain.js')
  })

  test('a source map beside the script gives the original line', () => {
    const places = placesOf(() => [{ id: 7, url: url('store.js'), sourceMapURL: 'store.js.map' }])
    expect(places.at(7, 0, 0)).toEqual({ file: join(folder, '..', 'src', 'store.ts'), line: 3, column: 3 })
  })

  test('a source map inside the script gives the original line', () => {
    const inline = `data:application/json;base64,${Buffer.from(map).toString('base64')}`
    const places = placesOf(() => [{ id: 7, url: 'file:///app/dist/store.js', sourceMapURL: inline }], '/app')
    expect(places.at(7, 0, 0)).toEqual({ file: 'src/store.ts', line: 3, column: 3 })
  })

  test.each([
    ['.', { source: join('..', 'src', 'store.ts'), line: 3, column: 3 }],
    ['node_modules/store', undefined],
  ])('a script in %s that was compiled from one source says where its variables are declared', (name, expected) => {
    const own = join(folder, name)
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'store.js'), 'const seen = new Map()\n')
    const inline = `data:application/json,${encodeURIComponent(map)}`
    const script = { id: 7, url: pathToFileURL(join(own, 'store.js')).href, sourceMapURL: inline }
    expect(
      placesOf(() => [script], own)
        .namesOf?.(7)
        ?.declared('seen', 0, 0),
    ).toEqual(expected && { ...expected, source: join(own, expected.source) })
  })

  test.each([
    ['../../src/store.ts', 'that was left out of the package'],
    ['/home/ann/store/src/store.ts', 'by its path where the package was built'],
    ['webpack://store/./src/store.ts', 'by a URL of webpack'],
  ])('a source %s %s is one of the package, not of the program', (source, _) => {
    const inline = `data:application/json,${encodeURIComponent(JSON.stringify({ ...JSON.parse(map), sources: [source] }))}`
    const script = { id: 7, url: 'file:///app/node_modules/store/store.js', sourceMapURL: inline }
    const file = placesOf(() => [script], '/app').at(7, 0, 0)?.file
    expect(file).toMatch(/^node_modules\/store\/.*src\/store\.ts$/)
  })

  test("webpack's URL of a source is a path from the project's folder", () => {
    const sources = ['webpack://shop/./src/store.ts']
    const inline = `data:application/json,${encodeURIComponent(JSON.stringify({ ...JSON.parse(map), sources }))}`
    const places = placesOf(() => [{ id: 7, url: 'file:///app/dist/main.js', sourceMapURL: inline }], '/app')
    expect(places.at(7, 0, 0)?.file).toBe('src/store.ts')
  })

  test.each(['broken.js.map', 'missing.js.map', '/dev/zero'])(
    'a source map that cannot be read (%s) leaves the script itself',
    name => {
      const places = placesOf(() => [{ id: 7, url: url('x.js'), sourceMapURL: name }])
      expect(places.at(7, 0, 0)?.file).toBe(join(folder, 'x.js'))
    },
  )

  test('an unknown script and an unnamed one have no location', () => {
    const places = placesOf(() => [{ id: 7, url: '', sourceMapURL: '' }])
    expect(places.at(7, 0, 0)).toBeUndefined()
    expect(places.at(8, 0, 0)).toBeUndefined()
  })

  test('internals of Node.js keep their name', () => {
    const places = placesOf(() => [{ id: 7, url: 'node:internal/timers', sourceMapURL: '' }], '/app')
    expect(places.at(7, 1, 1)?.file).toBe('node:internal/timers')
  })
})
