import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { exitCodeFor, Interrupted } from '../../src/cli/failures.js'
import { LeakscopeError } from '../../src/errors.js'
import { UNSAFE } from '../render/hostile.js'

const broken = new LeakscopeError('CAPTURE', 'the snapshot broke off')
const open = new LeakscopeError('TIMEOUT', 'its inspector is still open', { hint: 'Attach once more.' })

test('work that fails on a target that cannot be left as it was: both are reported', async () => {
  const leaveOpen = { [Symbol.asyncDispose]: () => Promise.reject(open) }
  const work = async (): Promise<void> => {
    await using _target = leaveOpen
    throw broken
  }
  const error = await work().catch(error => error)
  expect(told(error, new AbortController().signal)).toEqual({
    code: 2,
    err: 'leakscope: the snapshot broke off\nleakscope: its inspector is still open\n  Attach once more.\n',
  })
})

test('an interrupt is not reported, a target that was left open is', () => {
  const interrupted = AbortSignal.abort()
  expect(told(interrupted.reason, interrupted)).toEqual({ code: 130, err: '' })
  expect(told(new LeakscopeError('TARGET_GONE', 'process 1 has ended'), interrupted)).toEqual({ code: 130, err: '' })
  expect(told(open, interrupted)).toMatchObject({ code: 130, err: expect.stringContaining('still open') })
})

test('Ctrl-C read as a key is an interrupt, too', () => {
  expect(told(new Interrupted(), new AbortController().signal)).toEqual({ code: 130, err: '' })
})

test('what a target puts into an unexpected error is shown, without control sequences', () => {
  const signal = new AbortController().signal
  const error = new Error('its title is \u001b]0;owned\u0007\u001b[2J\nleakscope: all is well\u202e')
  const { code, err } = told(error, signal)
  expect(code).toBe(2)
  expect(err).toContain('its title is \\u001b]0;owned\\u0007\\u001b[2J\nleakscope: all is well\\u202e\n')
  expect(err).toMatch(/\n +at .*failures\.test\.ts/)
  expect(err).not.toMatch(UNSAFE)
  for (const thrown of ['\u001b[2J', undefined, Object.create(null), { toString: () => '\u009b2J' }])
    expect(told(thrown, signal)).toEqual({ code: 2, err: expect.not.stringMatching(UNSAFE) })
})

test('a removed folder is not reported as a bug', () => {
  const error = Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), { syscall: 'uv_cwd' })
  expect(told(error, new AbortController().signal)).toMatchObject({ code: 2, err: expect.stringContaining('cd ~') })
})

function told(error: unknown, signal: AbortSignal): { code: number; err: string } {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const code = exitCodeFor(error, { stdin, stdout, stderr, env: {}, cwd: '/', signal })
  return { code, err: String(stderr.read() ?? '') }
}
