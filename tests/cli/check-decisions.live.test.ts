import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { start } from '../fixtures/program.js'
import { world } from './world.js'

async function shop(server: string) {
  const program = await start(server)
  const port = /listening (\d+)/.exec(program.greeting.join('\n'))![1]
  const url = `http://127.0.0.1:${port}/login?user={n}`
  return {
    url,
    check: ['check', String(program.pid), '--url', url],
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

test('a leak is new, then known, and fixed by the next deploy: the same requests, the same statistics', async () => {
  using here = world()
  const json = (file: string) => JSON.parse(readFileSync(join(here.folder, file), 'utf8'))
  const files = ['-o', 'before.json', '-o', 'a.xml', '-o', 'a.sarif']
  {
    await using leaking = await shop('server/server.js')
    const found = await here.run([...leaking.check, ...files])
    expect(found).toMatchObject({ code: 1, out: expect.stringMatching(/^Leaking: .*sessions.*Session per round/) })
    const before = json('before.json')
    expect(before.plan).toMatchObject({ rounds: 8, requests: 200 })
    expect(before.load).toMatchObject({ requests: 1800, lost: 0, whileCapturing: { lost: 0 } })
    expect(before.load.whileCapturing.requests).toBeGreaterThan(0)
    expect(before.suspects[0].leaked.countPerRound).toBeGreaterThanOrEqual(200)
    expect(readFileSync(join(here.folder, 'a.xml'), 'utf8').match(/<failure /g)).toHaveLength(1)
    const [result] = json('a.sarif').runs[0].results
    expect(result.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: expect.stringMatching(/store\.js$/) },
      // The first function that shares the scope of `sessions`: where a variable is declared no heap says.
      region: { startLine: 6 },
    })

    const written = await here.run([...leaking.check, '--baseline', 'leaks.json', '--update-baseline'])
    expect(written.code).toBe(0)
    const known = await here.run([...leaking.check, '--baseline', 'leaks.json', '--json'])
    expect(known.code).toBe(0)
    expect(JSON.parse(known.out)).toMatchObject({ verdict: 'leaking', failing: false, suspects: [{ status: 'known' }] })

    const still = await here.run([...leaking.check, '--against', 'before.json'])
    expect(still).toMatchObject({ code: 1, out: expect.stringMatching(/^Not fixed: /) })
  }
  await using fixed = await shop('server/server-clean.js')
  // The clean shop keeps 200 sessions: full after the warm-up.
  const now = await here.run([...fixed.check, '--against', 'before.json', '--json'])
  expect(JSON.parse(now.out)).toMatchObject({ verdict: 'not-leaking', against: { outcome: 'fixed' } })
  expect(now.code).toBe(0)
  const idle = await here.run([...fixed.check, '--requests', '10', '--against', 'before.json'])
  expect(idle).toMatchObject({
    code: 3,
    out: expect.stringMatching(/^Cannot tell whether it is fixed: .*requests were answered/),
  })
}, 240_000)

test('--no-save leaves nothing on the disk and finds the same', async () => {
  using here = world()
  await using leaking = await shop('server/server.js')
  const { code, out } = await here.run([...leaking.check, '--no-save', '--json'])
  expect([code, JSON.parse(out).suspects[0].holder.name]).toEqual([1, 'sessions'])
  expect(existsSync(join(here.folder, '.leakscope'))).toBe(false)
})

test('a load command runs in each round, and one that fails ends the check', async () => {
  using here = world()
  await using leaking = await shop('server/server.js')
  const [, pid] = leaking.check
  const bad = await here.run(['check', pid!, '--load', 'echo broken >&2; exit 7'])
  expect(bad).toMatchObject({ code: 2, err: expect.stringMatching(/the load command .* ended with 7\n {2}broken/) })
  expect(readdirSync(here.folder).filter(name => name !== '.leakscope')).toEqual([])
  const asked = await here.run([
    'check',
    pid!,
    '--rounds',
    '5',
    '--load',
    'echo $LEAKSCOPE_LOAD_ROUND >> rounds',
    '--json',
  ])
  expect(asked.code).not.toBe(2)
  expect(readFileSync(join(here.folder, 'rounds'), 'utf8').trim().split('\n')).toHaveLength(6)
})
