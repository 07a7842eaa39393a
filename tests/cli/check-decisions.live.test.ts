import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixture } from '../fixtures/program.js'
import { shopIn } from './staged/shop.js'
import { world } from './world.js'

/** Five rounds of sixty logins prove it as well as the default eight of two hundred, in less time. */
const work = ['--rounds', '5', '--requests', '60']

test('a leak is new, then known, not fixed as long as it is there, and a check with less work is inconclusive', async () => {
  using here = world()
  const json = (file: string) => JSON.parse(readFileSync(join(here.folder, file), 'utf8'))
  const shop = await shopIn(here.folder)
  const check = (...args: readonly string[]) =>
    here.run(['check', String(shop.pid), '--url', shop.url, ...work, ...args])

  await shop.deploy('store.js')
  const found = await check('-o', 'before.json')
  expect(found).toMatchObject({ code: 1, out: expect.stringMatching(/^Leaking: .*sessions.*Session per round/) })
  const before = json('before.json')
  expect(before).toMatchObject({
    plan: { rounds: 5, requests: 60 },
    load: { requests: 360, lost: 0, whileCapturing: { lost: 0 } },
  })
  expect(before.suspects[0].leaked.countPerRound).toBeGreaterThanOrEqual(60)

  expect((await check('--baseline', 'leaks.json', '--update-baseline')).code).toBe(0)
  const known = await check('--baseline', 'leaks.json', '--json')
  expect(known.code).toBe(0)
  expect(JSON.parse(known.out)).toMatchObject({ verdict: 'leaking', failing: false, suspects: [{ status: 'known' }] })

  const still = await here.run(['check', String(shop.pid), '--against', 'before.json'])
  expect(still).toMatchObject({ code: 1, out: expect.stringMatching(/^Not fixed: .* Session/) })

  // That the same work proves a fix is tested in watch.live.test.ts.
  await shop.deploy('store-clean.js')
  const lazy = await check('--requests', '5', '--against', 'before.json')
  expect(lazy).toMatchObject({
    code: 3,
    out: expect.stringMatching(
      /^Cannot tell whether it is fixed: .*30 requests were answered, compared with 360 before/,
    ),
  })
}, 480_000)

test('--no-save writes nothing to disk; a load command runs in each round, and one that fails ends the check', async () => {
  using here = world()
  const shop = await shopIn(here.folder)
  await shop.deploy('store.js')
  const check = (...args: readonly string[]) => here.run(['check', String(shop.pid), '--rounds', '5', ...args])

  const bad = await check('--load', 'echo broken >&2; exit 7')
  expect(bad).toMatchObject({ code: 2, err: expect.stringMatching(/the load command .* ended with 7\n {2}broken/) })
  const heaps = join(here.folder, '.leakscope')
  expect(existsSync(heaps) ? readdirSync(heaps) : []).toEqual([])
  rmSync(heaps, { recursive: true, force: true })

  const load = `echo $LEAKSCOPE_LOAD_ROUND >> rounds; node ${fixture('server/load.js')} '${shop.url}' --requests=60`
  const { code, out } = await check('--no-save', '--json', '--load', load)
  expect([code, JSON.parse(out).suspects[0].holder.name]).toEqual([1, 'sessions'])
  expect(readFileSync(join(here.folder, 'rounds'), 'utf8').trim().split('\n')).toHaveLength(6)
  expect(existsSync(heaps)).toBe(false)
}, 240_000)
