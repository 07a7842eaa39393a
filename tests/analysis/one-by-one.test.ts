import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { Heap } from '../../src/analysis/heap.js'
import { analyses } from '../../src/analysis/index.js'
import { draw } from '../draw.js'
import { heapOf, valuesOf } from './drawn-heap.js'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

test.each(['growth', 'new-ids'])('%s lets a heap go before the next is read', async name => {
  const analysis = analyses.find(one => one.name === name)!
  if (analysis.heaps !== 'series') throw new Error(`${name} is about one heap`)
  const read: WeakRef<Heap['graph']>[] = []
  const kept: boolean[] = []
  const next = async (): Promise<IteratorResult<Heap, undefined>> => {
    await turn()
    gc()
    kept.push(...read.map(graph => graph.deref() !== undefined))
    if (read.length === 3) return { done: true, value: undefined }
    const heap = heapOf(draw('root.app = App 16'), { session: 'one' })
    read.push(new WeakRef(heap.graph))
    return { done: false, value: heap }
  }
  await analysis.run({ [Symbol.asyncIterator]: () => ({ next }) }, valuesOf(analysis, {}))
  expect(kept).toEqual([false, false, false, false, false, false])
})
