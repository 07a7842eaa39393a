import { existsSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { portOf, start } from '../fixtures/program.js'
import { hasAddon } from '../live/addon.js'
import { launch } from '../live/start.js'
import { world } from './world.js'

test('what allocated the memory that stays alive, what retains it, and the profile for other tools', async () => {
  using here = world()
  await using shop = await start('server/server.js')
  const port = portOf(shop)
  let user = 0
  const load = setInterval(() => {
    get(`http://127.0.0.1:${port}/login?user=${user++}`, response => void response.resume()).on('error', () => {})
  }, 4)
  try {
    const files = ['live.heapprofile', 'live.pb.gz', 'live.speedscope.json', 'flame.svg', 'live.html']
    const outputs = files.flatMap(file => ['-o', file])
    const found = await here.run(['allocations', String(shop.pid), '--for', '3s', '--interval', '4KB', ...outputs])
    expect(found).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /is alive: \d+ % at or below login \(.*app\.js:\d+\), retained by Map sessions \(.*store/,
      ),
    })
    for (const file of files) expect(existsSync(join(here.folder, file))).toBe(true)
    expect(readFileSync(join(here.folder, 'live.html'), 'utf8')).toContain('class="flame"')

    const alone = await here.run(['allocations', String(shop.pid), '--for', '2s', '--no-retainers', '--json'])
    const { sections, bytes } = JSON.parse(alone.out)
    expect(sections[0].rows[0]).toMatchObject({ function: 'login', place: expect.stringMatching(/app\.js:\d+:\d+$/) })
    expect(bytes).toBeGreaterThan(0)

    // Marking and the next verbs give the shop time, and the recording continues meanwhile.
    const verbs = 'allocations start; mark; growth; gc; growth; gc; allocations stop'
    const session = await here.run(['attach', String(shop.pid), '-e', verbs])
    expect(session).toMatchObject({ code: 0, out: expect.stringMatching(/allocated in .*alive: .* login /) })
    if (hasAddon) expect(session.out).toMatch(/Retained by[\s\S]*login .*Map sessions/)
    const twice = await here.run(['attach', String(shop.pid), '-e', 'allocations start; allocations start'])
    expect(twice).toMatchObject({ code: 2, err: expect.stringContaining('being sampled already') })
  } finally {
    clearInterval(load)
  }
})

test('Ctrl-C ends the recording, not the answer', async () => {
  await using shop = await start('server/server.js')
  const leakscope = fileURLToPath(new URL('../../bin/leakscope.js', import.meta.url))
  const { child, ended } = launch([
    process.execPath,
    leakscope,
    'allocations',
    String(shop.pid),
    '--for',
    '10m',
    '--json',
  ])
  let [out, err] = ['', '']
  child.stdout!.on('data', text => {
    out += text
  })
  child.stderr!.on('data', text => {
    err += text
  })
  await expect.poll(() => err, { timeout: 40_000 }).toContain('sampling allocations')
  child.kill('SIGINT')
  expect(await ended).toEqual({ code: 0, signal: null })
  expect(JSON.parse(out)).toMatchObject({ command: 'allocations' })
})
