import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type World, world } from './world.js'

const session = (n: number): string => `
  array:table{${n}} = Session#${n} 64 @${1001 + 2 * n}
  Session#${n}.user = "user-${n}" 24 @${100_001 + 2 * n}`

/** A program that never releases sessions, in one of its heaps. */
const shop = (sessions: number): string => `
  root.app = App @3
  App.store = Store 16 @5
  Store.sessions = Map 32 @7
  Map{table} = array:table ${16 * sessions} @9
  ${Array.from({ length: sessions }, (_, n) => session(n)).join('\n')}`

const heaps = (here: World, counts: readonly number[]): string[] =>
  counts.map((count, at) => here.heap(`${at}.heapsnapshot`, shop(count)))

test('several files at once, each by its extension, and the verdict on stdout, too', async () => {
  using here = world()
  const { code, out, err } = await here.run([
    'leaks',
    ...heaps(here, [10, 20, 30]),
    '--fail',
    '-o',
    'a.xml',
    '-o',
    'b.sarif',
  ])
  expect(code).toBe(1)
  expect(readFileSync(join(here.folder, 'a.xml'), 'utf8')).toContain('<failure type="leak"')
  expect(JSON.parse(readFileSync(join(here.folder, 'b.sarif'), 'utf8')).runs[0].results).toHaveLength(1)
  expect(out).toMatch(/^Leaking: .*gains 10 Session per round/)
  expect(err).toContain('Written to a.xml\nWritten to b.sarif\n')
})

test('output for a program is alone on stdout: the verdict is on stderr', async () => {
  using here = world()
  const { out, err } = await here.run(['leaks', ...heaps(here, [10, 20, 30]), '--json'])
  expect(JSON.parse(out).verdict).toBe('leaking')
  expect(err).toMatch(/^Leaking: /)
  const quiet = await here.run(['leaks', ...heaps(here, [10, 20, 30]), '--format', 'junit', '--quiet'])
  expect(quiet.out).toMatch(/^<\?xml/)
  expect(quiet.err).toBe('')
})

test('annotations go to the log, beside files, with a summary if the job has a file for it', async () => {
  using here = world()
  const summary = join(here.folder, 'summary.md')
  writeFileSync(summary, 'before\n')
  const { out } = await here.run(['leaks', ...heaps(here, [10, 20, 30]), '--format', 'github', '-o', 'a.xml'], {
    env: { GITHUB_STEP_SUMMARY: summary, GITHUB_ACTIONS: 'true' },
  })
  expect(out).toMatch(/^::error title=Leak%3A .*::.*gains 10 Session per round/)
  const token = /\n::stop-commands::([\w-]{36})\nLeaking: /.exec(out)?.[1]
  expect(out.endsWith(`::${token}::\n`)).toBe(true)
  expect(readFileSync(summary, 'utf8')).toMatch(/^before\n## [\s\S]*```mermaid\nflowchart TD/)
  expect(readFileSync(join(here.folder, 'a.xml'), 'utf8')).toMatch(/^<\?xml/)
})

test('one format does not fit several files, nor a CI format another question', async () => {
  using here = world()
  const two = await here.run(['leaks', ...heaps(here, [1, 2]), '--format', 'csv', '-o', 'a.xml', '-o', 'b.sarif'])
  expect(two).toMatchObject({ code: 2, err: expect.stringContaining('csv is one format, and there are 2 files') })
  const types = await here.run(['types', here.heap('x.heapsnapshot', shop(1)), '-o', 'a.xml'])
  expect(types).toMatchObject({ code: 2, err: expect.stringContaining('types has nothing that can be shown as junit') })
})

test('a check refuses this before it makes the program work', async () => {
  using here = world()
  for (const [files, message] of [
    [['--format', 'csv', '-o', 'a.xml', '-o', 'b.sarif'], 'csv is one format, and there are 2 files'],
    [['-o', 'a.odd'], 'unknown file extension in "a.odd"'],
  ] as const) {
    const { code, err } = await here.run(['check', '127.0.0.1:1', ...files])
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(message) })
  }
})
