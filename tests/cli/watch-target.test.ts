import { expect, test } from 'vitest'
import { asKnown } from '../../src/cli/watch-target.js'
import { world } from './world.js'

const found = { pid: 7, script: 'server.js', startedAt: '2026-11-29T14:00:01.000Z' }

test('a process whose start time differs by a second is the same; another pid, or a later start, is another', () => {
  const known = { pid: 7, startedAt: '2026-11-29T14:00:00.000Z' }
  expect(asKnown(found, known).startedAt).toBe(known.startedAt)
  expect(asKnown(found, { ...known, pid: 8 })).toEqual(found)
  expect(asKnown(found, { ...known, startedAt: '2026-11-29T13:59:00.000Z' })).toEqual(found)
  expect(asKnown(found, { pid: null, startedAt: null })).toEqual(found)
  expect(asKnown(found, undefined)).toEqual(found)
})

test.each([
  ['neither typed nor configured', [], {}, 'one of a pid, --match and --pid-file'],
  ['two typed', ['--match', 'server.js', '--pid-file', 'pid'], {}, 'one of a pid, --match and --pid-file'],
  ['a pid that is none', ['server.js'], {}, 'one of a pid, --match and --pid-file'],
  ['one typed, another configured', ['--pid-file', 'pid'], { LEAKSCOPE_WATCH_MATCH: 'server.js' }, undefined],
])('which process is meant: %s', async (_, args, env, refused) => {
  using here = world()
  const { code, err, out } = await here.run(['watch', ...args], {
    env,
    ...(refused === undefined ? { signal: AbortSignal.timeout(1000) } : {}),
  })
  expect({ code, err }).toMatchObject({
    code: refused === undefined ? 0 : 2,
    err: expect.stringContaining(refused ?? ''),
  })
  if (refused === undefined) expect(out).toMatch(/stopped\n$/)
})
