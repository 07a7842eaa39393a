import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.js'
import { start } from '../fixtures/program.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { world } from './world.js'

test('every capture of a session reports its cost for the target, also one caused by a question', async () => {
  using here = world()
  await using program = await start('leaks/map-cache.js')
  const asked = async (verbs: string) => here.run(['attach', String(program.pid), '-e', verbs])
  const told = async (verbs: string) => (await asked(verbs)).err.match(/^captured .* paused/gm)?.length ?? 0
  expect(await told('count Session; count Session')).toBe(1)
  expect(await told('mark; growth; new')).toBe(3)
  expect(await told('count Session --quiet')).toBe(0)
})

test('on a terminal, the progress line is gone before an answer begins', async () => {
  using here = world()
  await using program = await start('leaks/map-cache.js')
  const screen = Object.assign(new PassThrough(), { isTTY: true })
  const io = { stdin: new PassThrough(), stdout: screen, stderr: screen, env: {}, cwd: here.folder }
  const { signal } = new AbortController()
  const verbs = 'types --no-color --limit 1; heap; gc; count Session'
  expect(await main(['attach', String(program.pid), '-e', verbs], { ...io, signal })).toBe(0)
  const lines = String(screen.read()).split('\n')
  // The visible part of a terminal line: what follows its last deletion.
  const shown = lines.map(line => line.split('\x1b[K').at(-1)!)
  expect(shown.map(line => /^(captured|Type|.*: captured|V8 heap used|0$)/.exec(line)?.[1]).filter(Boolean)).toEqual([
    'captured',
    'Type',
    expect.stringContaining(': captured'),
    'V8 heap used',
    '0',
  ])
})

test('help of a session lists its verbs, each with a sentence', async () => {
  using here = world()
  await using program = await start('leaks/map-cache.js')
  const { out, code } = await here.run(['attach', String(program.pid), '-e', 'help; help count'])
  expect(code).toBe(0)
  expect(out).toMatch(/^To find a leak: mark, /)
  expect(out).not.toContain('Others')
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  expect(out).toContain('Usage: count <type> [options]\n')
  expect(out).toMatch(/^ {2}count .*How many objects of a type there are\./m)
})

/** A session that reads its verbs from a pipe. */
function open(cwd: string, pid: number) {
  const [lines, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const { signal } = new AbortController()
  const left = main(['attach', String(pid)], { stdin: lines, stdout, stderr, env: {}, cwd, signal })
  const say = async (verb: string, until: RegExp): Promise<string> => {
    lines.write(`${verb}\n`)
    let said = ''
    while (!until.test(said)) {
      await once(stdout, 'readable')
      said += stdout.read() ?? ''
    }
    return said
  }
  return { lines, left, say, err: () => String(stderr.read() ?? '') }
}

test('a prompt: Tab completes types, Ctrl-C discards a line, Ctrl-D leaves, and the lines are kept', async () => {
  using here = world()
  await using program = await start('leaks/map-cache.js')
  await program.step(3)
  const keys = new PassThrough()
  const stdin = Object.assign(keys, { isTTY: true })
  const screen = Object.assign(new PassThrough(), { isTTY: true, columns: 200 })
  let shown = ''
  screen.on('data', chunk => {
    shown += chunk
  })
  const seen = async (text: RegExp): Promise<void> => {
    while (!text.test(shown)) await once(screen, 'data')
    shown = ''
  }
  const { signal } = new AbortController()
  const io = { stdin, stdout: screen, stderr: screen, env: { HOME: here.folder }, cwd: here.folder, signal }
  const left = main(['attach', String(program.pid)], io)
  const type = (text: string) => void keys.write(text)

  await seen(/map-cache\.js> /)
  type('types --limit 1\r')
  await seen(/map-cache\.js \(heap \d s\)> /)
  // Keys one by one: text that arrives at once was pasted, and a Tab in it is a Tab.
  for (const key of 'count Sess\t') type(key)
  await seen(/count Session/)
  type('\r')
  await seen(/\D3\n.*> /s)
  type('nonsense\x03')
  await seen(/\(exit or Ctrl-D leaves\).*> /s)
  type('\x04')
  expect(await left).toBe(0)
  const kept = readFileSync(join(here.folder, '.local', 'state', 'leakscope', 'history'), 'utf8')
  expect(kept).toBe('types --limit 1\ncount Session \n')
})

test('live values: inspect, at and $ show current values, and report what is gone', async () => {
  using here = world()
  await using program = await start('leaks/map-cache.js')
  await program.step(3)
  const session = open(here.folder, program.pid)
  await session.say('snapshot --capture inspector', /\.heapsnapshot\n$/)
  const found = await session.say('find --type Session --limit 1 --json --quiet', /\n\}\n$/)
  const id = JSON.parse(found).sections[0].rows[0].id as number
  expect(await session.say(`inspect @${id}`, /Id\n(?:.*\n)+$/)).toMatch(
    new RegExp(`^@${id} Session \\{.*map-cache\\.js:\\d+:\\d+$`, 'm'),
  )
  const at = await session.say(`at @${id} @3`, /@3 .*\n$/)
  expect(at).toMatch(new RegExp(`^ *@${id} +Session \\{`, 'm'))
  expect(at).toContain('(gone, or not a JavaScript object)')
  expect(await session.say('$ process.pid; 7', /^7\n$/)).toBe('7\n')
  session.lines.end('inspect @3\n')
  expect(await session.left).toBe(2)
  expect(session.err()).toContain('V8 does not expose it')

  const asked = async (verbs: string) => here.run(['attach', String(program.pid), '-e', verbs])
  expect((await asked('inspect @99999999')).err).toMatch(/no object @99999999 is in the (?:last heap|target)/)
  expect((await asked('$ nonsense(')).err).toContain('SyntaxError')
})

test.runIf(hasAddon)(
  `mark and new without the inspector: objects are matched, and inspect shows what the heap has${unlessAddon}`,
  async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js')
    await program.step(3)
    const session = open(here.folder, program.pid)
    await session.say('mark; $ "marked"', /marked.*\n$/)
    await program.step(2)
    const answer = JSON.parse(await session.say('new --limit all --json --quiet', /\n\}\n$/))
    const row = answer.sections[0].rows.find(({ type }: { type: string }) => type === 'Session')
    expect(row.new).toBe(row.delta)
    expect(row.new).toBeGreaterThan(0)
    expect(answer.captures).toMatchObject([{ way: 'memory' }])
    expect(answer.notes.join()).toMatch(/9\d\.\d % of the later heap's nodes were found/)
    const found = await session.say('find --type Session --limit 1 --json --quiet', /\n\}\n$/)
    const id = JSON.parse(found).sections[0].rows[0].id as number
    const shown = await session.say(`inspect @${id}`, /Id\n(?:.*\n)+$/)
    expect(shown).toMatch(new RegExp(`^@${id} Session`, 'm'))
    expect(shown).toMatch(/^ *\.user +/m)
    session.lines.end('exit\n')
    expect(await session.left).toBe(0)
    expect(session.err()).toContain('ids the process does not know')
  },
)

test('reassigned ids identify no other object', async () => {
  using here = world()
  await using program = await start('leaks/map-cache.js')
  const session = open(here.folder, program.pid)
  session.lines.write(
    '$ globalThis.own = new (process.getBuiltinModule?.("inspector") ?? require("inspector")).Session()\n',
  )
  session.lines.write('snapshot --capture inspector a.heapsnapshot\n')
  session.lines.write('$ own.connect(); own.disconnect()\n')
  session.lines.end('inspect @1\n')
  expect(await session.left).toBe(2)
  expect(session.err()).toContain('reassigned object ids')
})

test('a file to which a session writes its heap twice is one heap, not two', async () => {
  using here = world()
  await using program = await start('leaks/map-cache.js')
  const { code, err } = await here.run([
    'attach',
    String(program.pid),
    '-e',
    'snapshot a.heapsnapshot; snapshot a.heapsnapshot; leaks',
  ])
  expect(code).toBe(0)
  expect(err).not.toContain('compares heaps')
})
