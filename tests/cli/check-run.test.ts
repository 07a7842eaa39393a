import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type CheckRun, withoutFiles } from '../../src/cli/check-run.js'
import { temporaryFolder } from '../support/folder.js'

test('a run whose heaps are removed names none of them any more', () => {
  const path = join(temporaryFolder(), 'a.heapsnapshot')
  writeFileSync(path, '{}')
  const costs = { kept: [`captured ${path} from memory`], gone: ['captured a heap (not kept) from memory'] }
  const run = { files: [path], heaps: [{ path }], captures: [{ path }], costs } as unknown as CheckRun
  const after = withoutFiles(run)
  expect(existsSync(path)).toBe(false)
  expect(JSON.stringify(after)).not.toContain(path)
  expect(after.costs.kept).toEqual(costs.gone)
})
