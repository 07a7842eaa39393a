import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkTargetOf } from '../../src/acquire/check-target.js'
import type { CheckTarget } from '../../src/check/target.js'
import { attach } from '../../src/live/attach/attach.js'
import type { CaptureMethod } from '../../src/live/capture/estimate.js'
import { untold } from '../../src/task.js'

/** A real process as the target of a leak check. Disposing of it detaches and removes its snapshots. */
export async function checkTarget(
  pid: number,
  way: CaptureMethod | 'auto' = 'auto',
): Promise<CheckTarget & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-check-'))
  const target = await attach({ kind: 'pid', pid })
  return {
    ...(await checkTargetOf(target, { folder, way }, untold)),
    async [Symbol.asyncDispose]() {
      await target.detach()
      rmSync(folder, { recursive: true })
    },
  }
}
