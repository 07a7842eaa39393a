import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'

// Which folder may import from which; every folder may import from the root files. docs/architecture.md explains the
// folders.
const heaps = ['graph', 'sources', 'report', 'heap']
const mayImport: Readonly<Record<string, readonly string[]>> = {
  root: [],
  report: [],
  graph: [],
  sources: [],
  snapshot: ['graph'],
  memory: ['graph'],
  render: ['report'],
  heap: ['graph', 'sources', 'report'],
  paths: heaps,
  query: heaps,
  drawing: [...heaps, 'paths'],
  growth: [...heaps, 'paths'],
  questions: [...heaps, 'paths', 'query', 'drawing', 'growth'],
  live: ['sources'],
  load: [],
  config: [],
  watch: ['check'],
  check: [...heaps, 'growth'],
  acquire: [...heaps, 'snapshot', 'memory', 'live', 'check'],
}
// The programs that people start: each may import from every folder, and nothing imports from them except each other.
const programs = ['cli', 'objgraph', 'mcp', 'matchers', 'index.ts', 'test.ts', 'vitest.ts']
const rootFiles = [
  'errors.ts',
  'memory-line.ts',
  'output-file.ts',
  'outside-heap.ts',
  'package-file.ts',
  'place.ts',
  'private-file.ts',
  'private-folder.ts',
  'real-path.ts',
  'task.ts',
  'units.ts',
]
const source = resolve(import.meta.dirname, '../src')

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))

function roomOf(path: string): string {
  const first = relative(source, path).split(sep)[0]!
  return rootFiles.includes(first) ? 'root' : first
}

const imports = files.flatMap(name => {
  const path = join(source, name)
  const text = readFileSync(path, 'utf8')
  return [
    ...text.matchAll(/(?:^|\n)(?:import|export)\b[^'\n]*(?:\n[^'\n]*)*?from '(\.[^']+)'|import\('(\.[^']+)'\)/g),
  ].map(match => ({
    from: path,
    to: resolve(dirname(path), (match[1] ?? match[2])!.replace(/\.js$/, '.ts')),
  }))
})

test('the test sees the imports', () => {
  expect(imports.length).toBeGreaterThan(files.length)
})

test('imports run one way', () => {
  const isAllowed = (from: string, to: string): boolean =>
    from === to || to === 'root' || programs.includes(from) || mayImport[from]?.includes(to) === true
  const wrong = imports
    .filter(({ from, to }) => !isAllowed(roomOf(from), roomOf(to)))
    .map(({ from, to }) => `${relative(source, from)} imports ${relative(source, to)}`)
  expect(wrong).toEqual([])
})

test('every file is in a known room', () => {
  expect(
    files.filter(name => !programs.includes(roomOf(join(source, name))) && !mayImport[roomOf(join(source, name))]),
  ).toEqual([])
})

test('no two files import each other in a cycle', () => {
  const seen = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (seen.get(file) === 'done') return
    if (seen.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].map(name => relative(source, name)).join(' → '))
      return
    }
    seen.set(file, 'open')
    for (const { from, to } of imports) if (from === file) visit(to, [...path, file])
    seen.set(file, 'done')
  }
  for (const name of files) visit(join(source, name), [])
  expect(circles).toEqual([])
})
