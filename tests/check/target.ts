import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CheckTarget } from '../../src/check/target.js'
import { capturesOf, openHeap } from '../../src/heaps.js'
import { attach } from '../../src/live/attach.js'
import { canary } from '../../src/live/canary.js'
import { collectGarbage } from '../../src/live/collect.js'
import { processMemory, v8Memory } from '../../src/live/memory.js'
import { liveAllocations, startSampling } from '../../src/live/sampling.js'
import { untold } from '../../src/task.js'

/** A real process as a leak check sees it. Disposing of it detaches and removes its snapshots. */
export async function checkTarget(pid: number): Promise<CheckTarget & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-check-'))
  const target = await attach({ kind: 'pid', pid })
  const bird = await canary(target)
  const captures = capturesOf(target, bird, folder)
  return {
    async collectGarbage() {
      await collectGarbage(target, untold)
    },
    async memory() {
      const { heapUsed, external, arrayBuffers } = await v8Memory(target)
      const { rss, uss } = await processMemory(pid)
      return { heapUsed, external, arrayBuffers, rss, uss }
    },
    async capture() {
      const { path } = await captures.take(untold)
      return openHeap(path, untold)
    },
    idsHold: () => bird.holds(),
    startSampling: () => startSampling(target),
    liveAllocations: () => liveAllocations(target),
    async [Symbol.asyncDispose]() {
      await target.detach()
      rmSync(folder, { recursive: true })
    },
  }
}
