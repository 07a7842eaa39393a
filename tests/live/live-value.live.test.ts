import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attach, type Target } from '../../src/live/attach/attach.js'
import { capture } from '../../src/live/capture/capture.js'
import { liveNames, liveObjectAt, liveResult, liveValueAt } from '../../src/live/live-value.js'
import { evaluate, objectIdOf } from '../../src/live/protocol/evaluate.js'
import { untold } from '../../src/task.js'
import { oldestAndNewest } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'
import { start } from './start.js'

const THINGS = `
  globalThis.ran = 0
  class Account {
    #secret = 'hidden'
    constructor() {
      this.owner = 'Ada'
      this.tries = 3
      this['two words'] = null
      this[Symbol('mark')] = [1, 2, 3]
      Object.defineProperty(this, 'trap', { enumerable: true, get() { return ++globalThis.ran } })
    }
    get inherited() { return ++globalThis.ran }
    has(key) { return #secret in key }
  }
  globalThis.account = new Account()
  globalThis.sessions = new Map([['user-7', globalThis.account], [globalThis.account, 'back']])
  globalThis.many = new Map(Array.from({ length: 5000 }, (_, n) => [n, { n }]))
  globalThis.list = Array.from({ length: 1000 }, (_, n) => ({ n }))
  globalThis.proxy = new Proxy({}, { get() { globalThis.ran++ }, ownKeys() { globalThis.ran++; return [] }, getOwnPropertyDescriptor() { globalThis.ran++ } })
  globalThis.fleeting = { gone: true }
  0`

describe.each(oldestAndNewest())('live values of $version', ({ path: node }) => {
  async function things(): Promise<{ target: Target; id: (name: string) => Promise<number> }> {
    const program = await start('idle.cjs', { node })
    const target = await attach({ kind: 'pid', pid: program.pid })
    onTestFinished(() => target.detach())
    await evaluate(target, THINGS)
    const folder = temporaryFolder()
    await capture(target, { path: join(folder, 'a.heapsnapshot'), task: untold })
    return { target, id: async name => (await objectIdOf(target, `globalThis.${name}`))! }
  }

  test('are shown with all their properties, and no getter or trap of the program runs', async () => {
    const { target, id } = await things()
    const account = await id('account')

    expect((await liveValueAt(target, account))!.text).toMatch(/^Account \{.*owner: "Ada", tries: 3, .*\}$/)
    const { fields, total } = (await liveObjectAt(target, account, 100))!
    expect(fields.map(({ name, text }) => [name, text])).toEqual([
      ['.owner', '"Ada"'],
      ['.tries', '3'],
      ['["two words"]', 'null'],
      ['.trap (accessor, not run)', expect.stringContaining('get')],
      ['[Symbol(mark)]', 'Array(3) [1, 2, 3]'],
      ['#secret', '"hidden"'],
    ])
    expect(total).toBe(6)

    const sessions = (await liveObjectAt(target, await id('sessions'), 100))!
    expect(sessions.fields.map(({ name }) => name)).toEqual(['["user-7"]', expect.stringMatching(/^\[Account \{/)])
    expect(sessions.fields[0]!.id).toBe(account)

    expect(await liveObjectAt(target, await id('proxy'), 100)).toMatchObject({ fields: [], closed: expect.any(String) })
    expect(await evaluate(target, 'ran')).toBe(0)
  })

  test('are truncated if there are many', async () => {
    const { target, id } = await things()
    for (const [name, total] of [
      ['many', 5000],
      ['list', 1001],
    ] as const) {
      const shown = (await liveObjectAt(target, await id(name), 20))!
      expect(shown.fields).toHaveLength(20)
      expect(shown.total).toBe(total)
    }
  })

  test('a collected object is distinguished from a live one', async () => {
    const { target, id } = await things()
    const fleeting = await id('fleeting')
    await evaluate(target, 'delete globalThis.fleeting')
    await target.send('HeapProfiler.collectGarbage')
    expect(await liveValueAt(target, fleeting)).toBeUndefined()
    expect(await liveObjectAt(target, fleeting, 10)).toBeUndefined()
  })

  test('an expression is evaluated as in the REPL', async () => {
    const { target, id } = await things()
    expect(await liveResult(target, 'let here = 1; here + 1')).toEqual({ text: '2', id: undefined })
    expect(await liveResult(target, 'await Promise.resolve(account)')).toMatchObject({ id: await id('account') })
    expect((await liveResult(target, '[NaN, 1n, undefined]')).text).toBe('Array(3) [NaN, 1n, undefined]')
    await expect(liveResult(target, 'throw new Error("no\\nmore")')).rejects.toThrow('the target threw: Error: no')
    await expect(liveResult(target, 'let a = ;')).rejects.toThrow('SyntaxError')
  })

  test('names for completion are found without running anything', async () => {
    const { target } = await things()
    expect(await liveNames(target, 'account')).toEqual(
      expect.arrayContaining(['owner', 'tries', 'trap', 'inherited', 'has']),
    )
    expect(await liveNames(target, 'account')).not.toContain('two words')
    expect(await liveNames(target, 'account.trap')).toEqual([])
    expect(await liveNames(target, 'nonsense(')).toEqual([])
    expect(await evaluate(target, 'ran')).toBe(0)
  })
})
