import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'

// Which room may import from which. Root files are open to all; `heaps`, `index` and objgraph/ are
// composition roots like cli/.
const mayImport: Readonly<Record<string, readonly string[]>> = {
  root: [],
  report: ['root'],
  graph: ['root'],
  snapshot: ['root', 'graph'],
  sources: ['root'],
  analysis: ['root', 'graph', 'report', 'sources'],
  render: ['root', 'report'],
  live: ['root', 'sources'],
  load: ['root'],
  watch: ['root', 'check'],
  config: ['root'],
  check: ['root', 'graph', 'analysis', 'report'],
  composition: [
    'root',
    'report',
    'graph',
    'snapshot',
    'sources',
    'analysis',
    'render',
    'live',
    'load',
    'watch',
    'config',
    'check',
    'composition',
  ],
}
const rootFiles = [
  'errors.ts',
  'task.ts',
  'place.ts',
  'private-file.ts',
  'memory-line.ts',
  'package-file.ts',
  'units.ts',
]
const source = resolve(import.meta.dirname, '../src')

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))

function roomOf(path: string): string {
  const first = relative(source, path).split(sep)[0]!
  if (rootFiles.includes(first)) return 'root'
  return first.endsWith('.ts') || ['cli', 'objgraph', 'matchers'].includes(first) ? 'composition' : first
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
  const wrong = imports
    .filter(({ from, to }) => roomOf(from) !== roomOf(to) && !mayImport[roomOf(from)]?.includes(roomOf(to)))
    .map(({ from, to }) => `${relative(source, from)} imports ${relative(source, to)}`)
  expect(wrong).toEqual([])
})

test('every room is known', () => {
  expect(
    [...new Set(files.map(name => roomOf(join(source, name))))].filter(room => mayImport[room] === undefined),
  ).toEqual([])
})

test('no two files import each other in a circle', () => {
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
