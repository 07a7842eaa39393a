import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { forgetOpening, notedPort, noteGivenUp, noteOpening } from '../../src/live/attach/openings.js'
import { processNamespace } from '../../src/live/attach/ownership.js'
import { processFacts } from '../../src/live/linux/facts.js'
import { runtimeFolder } from '../../src/live/linux/runtime-folder.js'

test.skipIf(process.platform !== 'linux')('records of a leakscope in another container are not deleted', () => {
  const shared = mkdtempSync(join(tmpdir(), 'leakscope-openings-'))
  vi.stubEnv('XDG_RUNTIME_DIR', shared)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(shared, { recursive: true })
  })
  const folder = runtimeFolder()!
  // No process has such a pid.
  const [ended, theirs] = [`999999999-${/\d+/.exec(processNamespace())}.json`, '999999999-1.json']
  for (const name of [ended, theirs]) writeFileSync(join(folder, name), '{}', { mode: 0o600 })

  const facts = processFacts(process.pid)!
  noteOpening(facts)
  const names = readdirSync(folder)
  expect(names).toContain(theirs)
  expect(names).not.toContain(ended)
  noteGivenUp(facts)
  expect(notedPort(facts)).toBe('any')
  forgetOpening(facts)
  expect(readdirSync(folder)).toEqual([theirs])
})
