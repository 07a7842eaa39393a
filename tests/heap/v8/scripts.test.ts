import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { openHeap } from '../../../src/acquire/open-heap.js'
import { placeOf } from '../../../src/heap/places.js'
import { scriptsIn } from '../../../src/heap/v8/scripts.js'
import { nodeVersions } from '../../node-versions.js'
import { temporaryFolder } from '../../support/folder.js'

// The lines of `kept` and `made` come from line 3, column 2 of their source ("AAEE": source 0, line +2, column +2), if a map can be
// read.
const map = JSON.stringify({ version: 3, sources: ['store.ts'], names: [], mappings: 'AAEE' })
const inside = `data:application/json,${encodeURIComponent(map)}`
const long = `data:application/json,${encodeURIComponent(map.replace('{', `{"x":"${'x'.repeat(2000)}",`))}`

const FILES = {
  'store.cjs': 'exports.kept = function kept() {}\n//# sourceMappingURL=store.cjs.map',
  'store.cjs.map': map,
  'plain.mjs': '\nexport function plain() {}',
  'inside.cjs': `exports.inside = function inside() {}\n//# sourceMappingURL=${inside}`,
  'long.cjs': `exports.long = function long() {}\n//# sourceMappingURL=${long}`,
  'main.cjs': `
    const all = [require('./store.cjs'), require('./inside.cjs'), require('./long.cjs'), eval('(function nowhere() {})')]
    import('./plain.mjs').then(plain => {
      globalThis.all = [...all, plain]
      require('node:v8').writeHeapSnapshot('x.heapsnapshot')
    })`,
}

test.each(nodeVersions())(
  'a snapshot that $version wrote tells by itself where its functions stand',
  async ({ path }) => {
    const folder = temporaryFolder()
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
    execFileSync(path, ['main.cjs'], { cwd: folder })

    const heap = await openHeap(join(folder, 'x.heapsnapshot'))
    const { graph } = heap
    const place = (name: string) => {
      for (let node = 0; node < graph.nodeCount; node++) {
        if (graph.strings.at(graph.nodeName[node]!) !== name) continue
        const place = placeOf(heap, node)
        if (place !== null && place !== undefined) return place
      }
      return undefined
    }
    expect(place('kept')).toEqual({ file: join(folder, 'store.ts'), line: 3, column: 3 })
    expect(place('inside')).toEqual({ file: join(folder, 'store.ts'), line: 3, column: 3 })
    expect(place('long')).toMatchObject({ file: join(folder, 'long.cjs'), line: 1 })
    expect(place('plain')).toMatchObject({ file: join(folder, 'plain.mjs'), line: 2 })
    expect(place('nowhere')).toBeUndefined()

    const scripts = scriptsIn(graph)
    const known = new Set(scripts.map(({ id }) => id))
    expect([...graph.locations!.script].filter(id => !known.has(id))).toEqual([])
    expect(scripts).toContainEqual(
      expect.objectContaining({ url: join(folder, 'store.cjs'), sourceMapURL: 'store.cjs.map' }),
    )
    expect(scripts).toContainEqual(expect.objectContaining({ url: pathToFileURL(join(folder, 'plain.mjs')).href }))
    expect(scripts).toContainEqual(expect.objectContaining({ url: 'node:events', sourceMapURL: '' }))
  },
)
