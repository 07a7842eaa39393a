import { expect, test } from 'vitest'
import { withCommand } from '../../src/cli/overview.js'
import { startScreen } from '../../src/cli/start-screen.js'
import { world } from './world.js'

const drawing = `
  root.app = App 10
  App.sessions = Sessions 80
  ${Array.from({ length: 50 }, (_, at) => `Sessions.k${at} = Session#${at} 100`).join('\n')}
`

test('leakscope alone explains the usage, within 80 columns and 24 lines', async () => {
  using here = world()
  const { code, out, err } = await here.run([])
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: startScreen })
  const lines = startScreen.split('\n')
  expect(lines.length).toBeLessThan(24)
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
})

test('a file alone gives an overview of it', async () => {
  using here = world()
  const file = here.heap('a.heapsnapshot', drawing)
  const { code, out } = await here.run([file])
  expect(code).toBe(0)
  expect(out).toMatch(/^A heap of 5\.0 KB in \d+ objects\. Sessions App\.sessions retains 5\.0 KB/m)
  expect(out).toContain(`leakscope collections ${file}`)
  const { sections } = JSON.parse((await here.run(['--json', file])).out)
  expect(sections.map(({ title }: { title: string }) => title)).toEqual([
    'Where memory accumulates',
    'Most common types',
    'What to run next',
  ])
})

test('if nothing accumulates, the suggested command names a type that exists', async () => {
  using here = world()
  const file = here.heap('a.heapsnapshot', 'root.a = Visit#1 8\nroot.b = Visit#2 8\nroot.big = (array) 9000')
  const { out } = await here.run([file])
  expect(out).toContain(`leakscope path Visit ${file}`)
  const nothing = here.heap('b.heapsnapshot', 'root.big = (array) 9000')
  expect((await here.run([nothing])).out).not.toContain('leakscope path')
})

test.each([
  [['4121'], ['overview', '4121']],
  [
    ['127.0.0.1:9229', '--quiet'],
    ['overview', '127.0.0.1:9229', '--quiet'],
  ],
  [['gone.heapsnapshot'], ['overview', 'gone.heapsnapshot']],
  [
    ['--no-color', 'types', 'a.heapsnapshot'],
    ['types', 'a.heapsnapshot', '--no-color'],
  ],
  [['atach'], ['atach']],
  [
    ['-q', '4121'],
    ['overview', '4121', '-q'],
  ],
])('%j means %j', (typed, meant) => {
  expect(
    withCommand(
      typed,
      word => word === 'types',
      () => '/nowhere',
    ),
  ).toEqual(meant)
})

test.each([['-v'], ['-V'], ['--version']])('%s prints the version', async flag => {
  using here = world()
  expect(await here.run([flag])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})

test('the help lists every command once, by task, and breaks no word at 80 columns', async () => {
  using here = world()
  const { code, out } = await here.run(['--help'])
  expect(code).toBe(0)
  expect(Math.max(...out.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  for (const title of ['Does it leak?', 'A live process:', 'What is in the heap?', 'What retains it?']) {
    expect(out.split(`\n${title}\n`)).toHaveLength(2)
  }
})
