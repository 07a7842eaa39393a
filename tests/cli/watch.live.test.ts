import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { receiver } from '../support/receiver.js'
import { startCommand } from './staged/command.js'
import { shopIn } from './staged/shop.js'
import { world } from './world.js'

test('no output while all is well, one alert for the leak of a deploy, and the proof of the fix', async () => {
  using here = world()
  const written = (file: string) => readFileSync(join(here.folder, file), 'utf8')
  const shop = await shopIn(here.folder)
  const { url: webhook, bodies } = await receiver([503, 500])

  await shop.deploy('store-clean.js')
  const watch = startCommand(
    [
      ...['watch', '--match', 'server/server.js', '--schedule', '* * * * * *', '--poll', '1s', '--no-rise'],
      // Rounds are short: the shop leaks a session with every login, so a few dozen prove it.
      ...['--url', shop.url, '--rounds', '5', '--warmup', '1', '--requests', '40'],
      ...['--listen', '127.0.0.1:0', '--webhook', webhook],
      ...['-o', 'last.json', '-o', 'last.xml', '-o', 'last.sarif'],
    ],
    here.folder,
  )
  const [, address] = await watch.said(/metrics at (\S+)/)
  const metrics = async (pattern: RegExp) => (await (await fetch(address!)).text()).match(pattern)

  await watch.said(/ {2}not leaking {2}/, 3)
  expect(bodies).toEqual([])
  expect(watch.lines.filter(line => !line.includes('  not leaking  '))).toEqual([
    expect.stringContaining('metrics at'),
    expect.stringContaining(`watching ${shop.pid} `),
  ])
  expect(await metrics(/^leakscope_verdict .*$/gm)).toEqual(['leakscope_verdict 0'])

  await shop.deploy('store.js')
  await watch.said(/ {2}leaking, new {2}.*Map sessions/)
  const before = written('last.json')
  const [{ fingerprint }] = JSON.parse(before).suspects
  expect(written('last.xml').match(/<failure /g)).toHaveLength(1)
  const place = { file: expect.stringMatching(/store\.js$/), line: 6 }
  expect(JSON.parse(written('last.sarif')).runs[0].results).toMatchObject([
    {
      locations: [{ physicalLocation: { artifactLocation: { uri: place.file }, region: { startLine: place.line } } }],
    },
  ])
  expect(await metrics(/^leakscope_suspect_bytes_per_hour.*$/gm)).toEqual([
    expect.stringMatching(`fingerprint="${fingerprint}",status="new".* \\d{5,}$`),
  ])
  // The receiver failed twice; no check waited for it, and the next one sends no alert.
  await watch.said(/ {2}leaking, reported before or known {2}/)
  await expect.poll(() => bodies.length, { timeout: 15_000 }).toBe(3)
  expect(bodies.slice(0, 2)).toEqual([bodies[2], bodies[2]])
  expect(bodies[2]).toMatchObject({
    event: 'new-leak',
    text: expect.stringMatching(
      /^New memory leak in .*server\.js \(pid \d+\): Map sessions in .*store\.js gains .* Session/,
    ),
    target: { pid: shop.pid },
    suspects: [{ fingerprint, holder: { name: 'sessions', location: place } }],
  })

  const checked = watch.lines.length
  await shop.deploy('store-clean.js')
  await watch.said(new RegExp(` ${shop.pid} {2}not leaking {2}`))
  expect(watch.lines.slice(checked).filter(line => line.includes('new'))).toEqual([])
  expect(bodies).toHaveLength(3)
  expect(await metrics(/^leakscope_suspect_bytes_per_hour.*$/gm)).toBeNull()
  expect(await watch.end()).toBe(0)

  writeFileSync(join(here.folder, 'before.json'), before)
  const proof = await here.run(['check', String(shop.pid), '--against', 'before.json', '--json'])
  expect(JSON.parse(proof.out)).toMatchObject({
    verdict: 'not-leaking',
    plan: { rounds: 5, requests: 40 },
    against: { outcome: 'fixed', leaks: [{ fingerprint, outcome: 'fixed' }] },
  })
  expect(proof.code).toBe(0)

  const history = await here.run(['history', '--json'])
  expect(JSON.parse(history.out).leaks).toMatchObject([{ fingerprint, course: 'gone', sinceDeploy: true }])
  expect((await here.run(['history'])).out).toMatch(/^Nothing leaks; \d+ checks since .*, 1 gone/)
}, 480_000)
