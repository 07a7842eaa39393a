import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { fixture, portOf, start } from '../fixtures/program.js'
import { hasAddon } from '../live/addon.js'
import { start as startTarget } from '../live/start.js'
import { oldestAndNewest } from '../node-versions.js'
import { world } from './world.js'

/** A heap per round if a forked child is captured, otherwise three. */
const heaps = hasAddon ? 8 : 3

describe.each(oldestAndNewest())('leakscope check of a server under load, Node.js $version', ({ path: node }) => {
  test('leaking: exit code 1, and a sentence with retainer, type and location', async () => {
    const { code, out, snapshots } = await checked('server/server.js', node)
    expect(code).toBe(1)
    const answer = JSON.parse(out)
    expect(answer).toMatchObject({ version: 1, command: 'check', verdict: 'leaking' })
    expect(answer.heaps).toHaveLength(heaps)
    expect(answer.memory).toHaveLength(8)
    expect(Object.keys(answer.memory[0])).toEqual(
      expect.arrayContaining(['round', 'seconds', 'heapUsed', 'external', 'arrayBuffers', 'rss', 'uss']),
    )
    const [first] = answer.suspects
    expect(first).toMatchObject({
      rank: 1,
      kind: 'map',
      holder: { type: 'Map', name: 'sessions' },
      leaked: { type: 'Session' },
    })
    expect(first.holder.location.file).toContain('store.js')
    expect(first.headline).toMatch(/^Map sessions in .*store\.js gains \S+ Session per round /)
    expect(first.headline).toContain(`in ${heaps} of ${heaps} heaps`)
    expect(first.leaked.countPerRound).toBeGreaterThan(20)
    expect(first.path.map(({ edge }: { edge: string }) => edge)).toContain('->sessions')
    expect(snapshots).toBe(heaps)
  })

  test('its clean twin: exit code 0, no suspect, and no snapshots left', async () => {
    const { code, out, snapshots } = await checked('server/server-clean.js', node)
    const { verdict, reasons, suspects: accused } = JSON.parse(out)
    expect({ verdict, reasons, accused }).toMatchObject({ verdict: 'not-leaking', accused: [] })
    expect(code).toBe(0)
    expect(snapshots).toBe(0)
    // More of them if the rounds were inconclusive.
    const paths = JSON.parse(out).heaps.map((heap: { path: string | null }) => heap.path)
    expect(paths.length).toBeGreaterThanOrEqual(heaps)
    expect(paths).toEqual(paths.map(() => null))
    expect(JSON.parse(out).notes.join('\n')).not.toContain('.heapsnapshot')
  })
})

test('too few rounds are refused before any work: exit code 2', async () => {
  using here = world()
  const { code, err } = await here.run(['check', String(process.pid), '--rounds', '4'])
  expect(code).toBe(2)
  expect(err).toContain('4 is too few')
})

test('a check with a time limit ends with the rounds it has', async () => {
  using here = world()
  await using program = await start('leaks/map-cache.js', { args: ['--every', '5'] })
  const { code, out } = await here.run(['check', String(program.pid), '--every', '300ms', '--max-time', '400ms'])
  expect(code).toBe(3)
  expect(out).toMatch(/^Inconclusive: The check ended after \d+ s and \d of 8 rounds, as --max-time asks/)
})

test.each([
  ['workers.cjs', /^Watched meanwhile, heaps that did not grow: worker thread 1 \(ant\), worker thread 2 \(bee\)\.$/],
  [
    'cluster.cjs',
    /^Watched meanwhile, heaps that did not grow: process \d+ \(cluster worker\), process \d+ \(cluster worker\)\.$/,
  ],
])('what else belongs to the program is watched: %s', async (script, note) => {
  using here = world()
  const program = await startTarget(script, { flags: ['--inspect=127.0.0.1:0'] })
  const asked = ['check', String(program.pid), '--rounds', '5', '--warm-up', '0', '--every', '50ms', '--json']
  const { out } = await here.run(asked)
  expect(JSON.parse(out).notes).toContainEqual(expect.stringMatching(note))
})

test('one worker of a cluster leaks: its process is named, and the exit code is that of the whole', async () => {
  using here = world()
  const program = await startTarget('cluster-leaks.cjs')
  const { code, out } = await here.run(['check', String(program.pid), '--every', '1s', '--json'])
  const { suspects, target, members } = JSON.parse(out)
  expect(suspects[0].headline).toMatch(
    /^Set seen in .* gains .* Delivery per round.*, in process \d+ \(cluster worker\)$/,
  )
  expect(target.pid).not.toBe(program.pid)
  // One document for all of them: the worst first, with the suspects of each.
  expect(members[0]).toMatchObject({ pid: target.pid, verdict: 'leaking', suspects: [suspects[0].fingerprint] })
  expect(members).toContainEqual(expect.objectContaining({ pid: program.pid, verdict: 'not-leaking', suspects: [] }))
  expect(members.find(({ verdict }: { verdict: string | null }) => verdict === null)).toMatchObject({
    label: expect.stringMatching(/^process \d+ \(cluster worker\)$/),
    suspects: [],
    gained: expect.any(Number),
  })
  expect(code).toBe(1)
}, 180_000)

async function checked(server: string, node: string): Promise<{ code: number; out: string; snapshots: number }> {
  using here = world()
  await using program = await start(server, { node })
  const port = portOf(program)
  const login = [fixture('server/load.js'), `http://127.0.0.1:${port}/login?user=test`]
  // The clean twin keeps 200 sessions: it is full before the check, however slow the machine.
  await promisify(execFile)(process.execPath, [...login, '--requests=400', '--for=30s'])
  const users = execFile(process.execPath, [...login, '--requests=1000000', '--for=10m', '--rate=150'])
  try {
    const { code, out } = await here.run(['check', String(program.pid), '--every', '1s', '--warm-up', '2', '--json'])
    const folder = join(here.folder, '.leakscope')
    const snapshots = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.heapsnapshot')).length : 0
    return { code, out, snapshots }
  } finally {
    users.kill()
  }
}
