import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHeap } from '../../../src/acquire/open-heap.js'
import { promises } from '../../../src/questions/promises.js'
import { fixture, nodeBinaries } from '../../fixtures/program.js'

test.each(nodeBinaries())(
  'what something can settle is never said to wait for ever, and what nothing can is (%s)',
  async node => {
    const folder = mkdtempSync(join(tmpdir(), 'leakscope-'))
    try {
      const [path, fifo] = [join(folder, 'waits.heapsnapshot'), join(folder, 'fifo')]
      execFileSync('mkfifo', [fifo])
      spawnSync(node, [fixture('targets/waits.cjs'), path, fifo], {
        stdio: ['pipe', 'ignore', 'inherit'],
        timeout: 60_000,
        killSignal: 'SIGKILL',
      })
      const heap = await openHeap(path, { signal: new AbortController().signal, progress() {} })
      const named = promises(heap).waiters.flatMap(({ waits, nodes, forever }) => {
        const name = /^await in ((?:never|can)\w+)/.exec(waits)?.[1]
        return name === undefined ? [] : [{ name, forever, waiting: nodes.length }]
      })
      expect(named.length).toBeGreaterThan(30)
      expect(named.filter(({ name, forever }) => name.startsWith('can') && forever > 0)).toEqual([])
      expect(named.filter(({ name, forever, waiting }) => name.startsWith('never') && forever < waiting)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  120_000,
)
