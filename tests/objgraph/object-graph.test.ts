import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, expect, test, vi } from 'vitest'
import { backrefs, graphOf, ObjectGraph, refs } from '../../src/objgraph/object-graph.js'
import { why } from '../../src/paths/why.js'
import { heap } from '../draw.js'
import { heapOf } from '../heap/drawn-heap.js'

const folder = mkdtempSync(join(tmpdir(), 'leakscope-graph-'))
afterAll(() => rmSync(folder, { recursive: true }))

const drawn = heap`
  root.module = Module
  Module.filename = "/app/src/store.js"
  Module.exports = Object
  Object.cache = Map
  Map{table} = array:table 152
  array:table{5} = "user-7"
  array:table{6} = Entry
  Entry.session = Session 64 @77
`
const asked = [drawn.node('Session')]

test('a graph is the drawing as data', () => {
  const graph = backrefs(heapOf(drawn), asked, { maxDepth: 9 })
  expect(graph).toBeInstanceOf(ObjectGraph)
  expect(JSON.parse(JSON.stringify(graph))).toMatchObject({ shape: 'drawing', direction: 'backrefs', title: '' })
  expect(graph.nodes.map(({ type }) => type)).toEqual(['Session', 'Entry', 'Map', 'Object', 'Module'])
})

test('as text it is a ladder, with one line as a programmer would write it', () => {
  const graph = backrefs(heapOf(drawn), asked, { maxDepth: 9 })
  expect(graph.toText().split('\n')).toHaveLength(5)
  expect(graph.toText()).toContain('└─ .session ← Entry')
  expect(graph.toLine()).toBe('module.exports.cache["user-7"].session (src/store.js)')
  expect(String(graph)).toBe(graph.toText())
  expect(inspect(graph)).toContain('Session @77')
  expect(graph.toText({ width: 12 }).split('\n')[0]).toHaveLength(12)
})

test('for references, the line goes from the selected object to the farthest', () => {
  expect(refs(heapOf(drawn), [drawn.node('Map')]).toLine()).toBe('Map(1 entry)["user-7"].session')
})

test('paths are a graph, too: why(…) drawn, saved, in one line', () => {
  const graph = graphOf(why(heapOf(drawn), asked[0]!))
  expect(graph.toLine()).toBe('module.exports.cache["user-7"].session (src/store.js)')
  expect(graph.nodes.map(({ role }) => role)).toEqual(['module', 'plain', 'plain', 'plain', 'asked'])
  expect(graph.nodes.at(-1)).toMatchObject({ shallow: 64, retained: 64 })
})

test('it is saved in the format of the extension, readable only for its owner', async () => {
  const graph = refs(heapOf(drawn), [drawn.node('Map')])
  const starts = { dot: 'digraph', svg: '<?xml', html: '<!doctype html>', json: '{', txt: 'Map' }
  for (const [ending, start] of Object.entries(starts)) {
    const path = join(folder, `graph.${ending}`)
    await graph.save(path)
    expect(readFileSync(path, 'utf8').slice(0, start.length)).toBe(start)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  }
  expect(graph.toDot()).toBe(readFileSync(join(folder, 'graph.dot'), 'utf8'))
  expect(await graph.toSvg()).toBe(readFileSync(join(folder, 'graph.svg'), 'utf8'))
  await expect(graph.save(join(folder, 'graph.odt'))).rejects.toMatchObject({ code: 'USAGE' })
})

test.runIf(spawnSync('dot', ['-V']).status === 0)('a .png is a picture', async () => {
  const path = join(folder, 'graph.png')
  await refs(heapOf(drawn), [drawn.node('Map')]).save(path)
  expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG')
  expect(execFileSync('ls', [folder]).toString()).not.toContain('.tmp')
})

test('without a display it is saved as an .svg, and its path printed', async () => {
  vi.stubEnv('DISPLAY', '')
  vi.stubEnv('WAYLAND_DISPLAY', '')
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    const path = await refs(heapOf(drawn), [drawn.node('Map')]).show()
    expect(printed.mock.calls.join('')).toContain(`Graph written to ${path} (3 nodes)\n`)
    expect(existsSync(path) && path.endsWith('.svg')).toBe(true)
    rmSync(path)
  } finally {
    printed.mockRestore()
    vi.unstubAllEnvs()
  }
})

test('a file has the usual style of its format, or the requested one', async () => {
  const graph = refs(heapOf(drawn), [drawn.node('Map')])
  const look = async (name: string, style?: 'modern' | 'objgraph'): Promise<boolean> => {
    const path = join(folder, name)
    await graph.save(path, style)
    return /rounded|<path fill=/.test(readFileSync(path, 'utf8'))
  }
  expect([await look('a.dot'), await look('b.dot', 'modern')]).toEqual([false, true])
  expect(await graph.toSvg()).not.toBe(await graph.toSvg('objgraph'))
  expect(graph.toDot('modern')).toContain('rounded')
})
