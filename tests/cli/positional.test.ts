import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { namesHeap, positional } from '../../src/cli/positional.js'
import { analyses } from '../../src/questions/index.js'

const folder = mkdtempSync(join(tmpdir(), 'leakscope-words-'))
writeFileSync(join(folder, 'old.json'), '{}')
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const sorted = (line: string) => {
  const [name, ...words] = line.split(' ')
  const { heaps, argument, type, ids } = positional(words, analyses.find(one => one.name === name)!, word =>
    namesHeap(word, folder),
  )
  return [heaps.join(' '), argument ?? type ?? '', ids.join(' ')]
}

test.each([
  // line, heap, type or argument, ids
  ['path Session', '', 'Session', ''],
  ['path Session a.heapsnapshot', 'a.heapsnapshot', 'Session', ''],
  ['path a.heapsnapshot Session', 'a.heapsnapshot', 'Session', ''],
  ['path a.heapsnapshot.gz @12 @13', 'a.heapsnapshot.gz', '', '12 13'],
  ['path @12 4121', '4121', '', '12'],
  ['refs 4121 store.js:Session', '4121', 'store.js:Session', ''],
  ['refs 127.0.0.1:9229 Session', '127.0.0.1:9229', 'Session', ''],
  ['find Session -', '-', 'Session', ''],
  ['find Session old.json', 'old.json', 'Session', ''],
  ['find ../other/heap', '../other/heap', '', ''],
  ['count Session a.heapsnapshot', 'a.heapsnapshot', 'Session', ''],
  ['count a.heapsnapshot Session', 'a.heapsnapshot', 'Session', ''],
  ['count 4121', '', '4121', ''],
  ['at @12 a.heapsnapshot', 'a.heapsnapshot', '@12', ''],
  ['at a.heapsnapshot @12 @13', 'a.heapsnapshot', '@12 @13', ''],
  ['at 12 a.heapsnapshot', 'a.heapsnapshot', '12', ''],
  ['at @12 4121', '4121', '@12', ''],
  ['query a.heapsnapshot retained>1MB', 'a.heapsnapshot', 'retained>1MB', ''],
  ['query retained>1MB 4121', '4121', 'retained>1MB', ''],
  ['query .x', '', '.x', ''],
  ['types anything', 'anything', '', ''],
  ['leaks a b', 'a b', '', ''],
])('%s', (line, ...expected) => {
  expect(sorted(line)).toEqual(expected)
})

test.each([
  ['find Session Socket', 'find takes one type, and 2 were given: Session, Socket'],
  ['find a.heapsnapshot b.heapsnapshot', 'find reads one heap, and 2 were given: a.heapsnapshot, b.heapsnapshot'],
  ['query .x .y', 'query takes one expression, and 2 were given: .x, .y'],
  ['types a b', 'types reads one heap, and 2 were given: a, b'],
])('%s is refused', (line, message) => {
  expect(() => sorted(line)).toThrow(message)
})
