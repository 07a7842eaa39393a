import { performance } from 'node:perf_hooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attach } from '../../src/live/attach/attach.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { v8Memory } from '../../src/live/memory.js'
import { oldestAndNewest } from '../node-versions.js'
import { startHostile } from './hostile.js'

interface Outcome {
  /** The outcome of attaching and reading its memory. */
  readonly said: string
  readonly left: string
  readonly seconds: number
  readonly open: boolean
}

async function visit(what: string, node: string): Promise<Outcome> {
  const program = await startHostile('changed.cjs', [what], { node })
  const start = performance.now()
  let said = 'attached'
  let left = 'left'
  try {
    const target = await attach({ kind: 'pid', pid: program.pid })
    onTestFinished(() => target.detach().catch(() => {}))
    try {
      await v8Memory(target)
    } catch (error) {
      expect(error).toMatchObject({ name: 'LeakscopeError' })
      said = (error as Error).message
    }
    await target.detach().catch(error => {
      expect(error).toMatchObject({ name: 'LeakscopeError' })
      left = (error as Error).message
    })
  } catch (error) {
    // With the error of leaving, as `await using` attaches it.
    const { suppressed = error, error: leaving } = error as { suppressed?: unknown; error?: unknown }
    expect(suppressed).toMatchObject({ name: 'LeakscopeError' })
    said = (suppressed as Error).message
    if (leaving !== undefined) left = (leaving as Error).message
  }
  const seconds = (performance.now() - start) / 1000
  expect(await program.ask('ping')).toBe('pong')
  return { said, left, seconds, open: listeners(program.pid).length > 0 }
}

const KEEPS_IT_OPEN = /inspector of process \d+ is still open at/

describe.each(oldestAndNewest())('a program on $version that has changed what we rely on', ({ path: node }) => {
  test.each<[string, RegExp]>([
    ['nothing', /^attached$/],
    ['mark is a number', /^attached$/],
    ['mark is an object', /^attached$/],
    ['mark is long', /^attached$/],
    ['mark throws', /^attached$/],
    ['mark is frozen', /^attached$/],
    ['mark names init', /^attached$/],
    ['version is an object', /^unexpected answer to who process \d+ is: \[1\] is not text$/],
    ['version has escapes', /^unexpected answer to who process \d+ is: \[1\] is not of the expected form$/],
    ['pid is text', /^unexpected answer to who process \d+ is: \[0\] is not /],
    ['script is an object', /^attached$/],
    ['memory is odd', /^unexpected answer to what leakscope asked process \d+: \.rss is not a number|-1, not between/],
    ['end does nothing', /^attached$/],
    ['end throws', /^attached$/],
    ['no process', /has taken `process` away/],
    ['process throws', /^attached$/],
    ['process is frozen', /^attached$/],
    ['no modules', /^attached$|^the target threw/],
    ['no timers', /^attached$/],
    ['no promises', /^attached$/],
  ])('%s: it is left as it was', async (what, expected) => {
    const { said, left, seconds, open } = await visit(what, node)
    expect(said).toMatch(expected)
    expect(seconds).toBeLessThan(12)
    if (!open) return expect(left).toBe('left')
    // If Node.js' module has only the replaced function, nothing else closes it.
    expect(what).toMatch(/^end|^process throws/)
    expect(left).toMatch(KEEPS_IT_OPEN)
  })
})
