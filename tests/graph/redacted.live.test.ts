import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHeap } from '../../src/acquire/open-heap.js'
import { nodeTypeOf } from '../../src/graph/heap-graph.js'
import { redacted } from '../../src/graph/redacted.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { writeSnapshot } from '../../src/snapshot/write.js'

const secrets = [
  'alice@example.org',
  'sk_live_51HqT8rLmNoPqRsTuV',
  'the text of a letter that nobody is to read',
  '4f9c2a7be1d04c3f9a8877665544332211ffeedd',
  'correct horse battery staple',
]
const program = `
  const secrets = ${JSON.stringify(secrets)}
  class Session { constructor(token) { this.token = token; this.parts = token.split('').join('-') } }
  globalThis.byMail = new Map(secrets.map(one => [one, new Session(one)]))
  globalThis.dictionary = Object.fromEntries(secrets.map(one => [one, new Session(one + '!')]))
  globalThis.weak = new WeakMap([[globalThis.byMail, secrets[2] + ' in a WeakMap']])
  globalThis.slice = (secrets[2] + secrets[4].repeat(3)).slice(3, 60)
  globalThis.regexp = new RegExp(secrets[2])
  globalThis.big = 1234567890123456789n
  process.chdir(process.argv[1])
  require('v8').writeHeapSnapshot('real.heapsnapshot')
`

test('no string contents are in the file, and its structure is the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-redact-'))
  try {
    execFileSync(process.execPath, ['-e', program, folder])
    const before = await openHeap(join(folder, 'real.heapsnapshot'))
    const written = join(folder, 'redacted.heapsnapshot')
    writeFileSync(written, Buffer.concat([...writeSnapshot(redacted(before.graph))]))
    const text = readFileSync(written, 'utf8')
    for (const secret of secrets)
      expect(
        text.includes(secret) ? text.slice(text.indexOf(secret) - 60, text.indexOf(secret) + 60) : undefined,
      ).toBeUndefined()

    const after = await openHeap(written)
    expect(after.graph.nodeCount).toBe(before.graph.nodeCount)
    expect([...after.graph.edgeTo]).toEqual([...before.graph.edgeTo])
    expect(retainedSizes(after.graph)).toEqual(retainedSizes(before.graph))

    // Every value, not name, of four characters or more.
    const names = new Set<string>()
    const values = new Set<string>()
    for (let node = 0; node < before.graph.nodeCount; node++) {
      const name = before.graph.strings.at(before.graph.nodeName[node]!)
      if (nodeTypeOf(before.graph, node).endsWith('string') || nodeTypeOf(before.graph, node) === 'regexp')
        values.add(name)
      else names.add(name)
    }
    for (let edge = 0; edge < before.graph.edgeCount; edge++)
      names.add(before.graph.strings.at(before.graph.edgeName[edge]!))
    const said = new Set<string>()
    for (let index = 0; index < after.graph.strings.length; index++) said.add(after.graph.strings.at(index))
    expect([...values].filter(value => value.length >= 4 && !names.has(value) && said.has(value))).toEqual([])

    const hidden = redacted(before.graph, { names: true })
    const left = new Set(Array.from({ length: hidden.strings.length }, (_, at) => hidden.strings.at(at)))
    expect([left.has('Session'), left.has('token'), left.has('byMail'), left.has('(GC roots)')]).toEqual([
      false,
      false,
      false,
      true,
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
