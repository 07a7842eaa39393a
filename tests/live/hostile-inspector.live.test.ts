import { performance } from 'node:perf_hooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Ran, world } from '../cli/world.js'
import { startHostile } from './hostile.js'

interface Visit extends Ran {
  readonly seconds: number
}

/** Runs leakscope on a hostile inspector, by its WebSocket or by the port where it describes itself. */
async function visit(how: string, command: readonly string[], by: 'socket' | 'port' = 'socket'): Promise<Visit> {
  const program = await startHostile('inspector.cjs', [how])
  const port = Number(program.said.map(line => /^port (\d+)$/.exec(line)?.[1]).find(Boolean))
  const here = world()
  onTestFinished(() => here[Symbol.dispose]())
  const start = performance.now()
  const [name = '', ...options] = command
  const target = by === 'socket' ? `ws://127.0.0.1:${port}/x` : `127.0.0.1:${port}`
  const ran = await here.run([name, target, ...options])
  const seconds = (performance.now() - start) / 1000
  expect(ran.err).not.toContain('bug in leakscope')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those of the inspector must not reach a terminal
  expect(ran.out + ran.err).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/)
  expect(Object.prototype).not.toHaveProperty('polluted')
  return { ...ran, seconds }
}

describe('an inspector that breaks its protocol is left, with what it did wrong', () => {
  test.each([
    ['garbage', /a message is not JSON/],
    ['nulls', /it is not an object/],
    ['number', /it is not an object/],
    ['list', /it is not an object/],
    ['method is a number', /\.method is not text/],
    ['id is text', /\.id is not a number/],
    ['id is null', /\.id is not a number/],
    ['no event', /\.method is not of the expected form/],
    ['error event', /\.method is not of the expected form/],
    ['disconnect event', /\.method is not of the expected form/],
    ['result is text', /\.result is not an object/],
    ['error is text', /\.error is not an object/],
    ['long reply', /a message has \d+ characters/],
    ['deep reply', /Runtime\.evaluate|is not|unexpected/],
    ['error with escapes', /refused Runtime\.evaluate: no/],
    ['no result', /\.result is not an object/],
    ['result null', /\.result is not an object/],
    ['value null', /it is not a list/],
    ['value list', /\[0\] is not/],
    ['version long', /\[1\] has \d+ characters/],
    ['exception odd', /is not/],
    ['socket redirect', /unexpected|no inspector answers/],
    ['silent', /did not answer/],
    ['flood', /did not answer/],
  ])('%s', async (how, expected) => {
    const { code, err, seconds } = await visit(how, ['memory'])
    expect(err).toMatch(expected)
    expect(code).toBe(2)
    expect(seconds).toBeLessThan(13)
  })
})

describe('one that lies about the process', () => {
  test.each([
    ['memory odd', ['memory'], /\.rss is not a number/],
    ['cwd odd', ['snapshot', '--force', '-o', 'x.heapsnapshot'], /\.cwd is not null|\.cwd is not text/],
    ['scripts odd', ['snapshot', '--force', '-o', 'x.heapsnapshot'], /is not of the expected form/],
    ['snapshot of objects', ['snapshot', '--force', '-o', 'x.heapsnapshot'], /\.chunk is not text/],
    ['progress odd', ['snapshot', '--force', '-o', 'x.heapsnapshot'], /\.done is not a number/],
    ['endless snapshot', ['snapshot', '--force', '-o', 'x.heapsnapshot'], /more than its heap can have/],
  ] as const)('%s', async (how, command, expected) => {
    const { code, err, seconds } = await visit(how, command)
    expect(err).toMatch(expected)
    expect(code).toBe(2)
    expect(seconds).toBeLessThan(40)
  })
})

test('an invalid title does not matter', async () => {
  expect(await visit('title odd', ['memory'], 'port')).toMatchObject({ code: 0 })
})

describe('one that describes itself oddly', () => {
  test.each([
    'http endless',
    'http slow',
    'http redirect',
    'browser with escapes',
    'browser odd',
    'file address',
    'address odd',
  ])('%s', async how => {
    const { code, seconds } = await visit(how, ['memory'], 'port')
    expect(code).toBe(2)
    expect(seconds).toBeLessThan(13)
  })
})
