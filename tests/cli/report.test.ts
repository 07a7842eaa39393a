import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { world } from './world.js'

const drawing = (count: number): string => `
  root.app = App 10
  App.sessions = Sessions 80
  ${Array.from({ length: count }, (_, at) => `Sessions.k${at} = Session#${at} 100`).join('\n')}
`

test('one heap becomes a page with the answers of many questions, and part of the heap', async () => {
  using here = world()
  const { code, err } = await here.run(['report', here.heap('a.heapsnapshot', drawing(50))])
  expect({ code, err }).toEqual({ code: 0, err: 'Written to leakscope-report.html\n' })
  const page = readFileSync(join(here.folder, 'leakscope-report.html'), 'utf8')
  for (const title of ['Where memory accumulates', 'Types', 'Walk through the heap'])
    expect(page).toContain(`<h2>${title}</h2>`)
  const { nodes } = JSON.parse(/id="explorable">(.*?)<\/script>/.exec(page)![1]!)
  expect(nodes.map(({ type }: { type: string }) => type)).toContain('Session')
})

test('with --redact no string of the heap is in the page', async () => {
  using here = world()
  const file = here.heap('a.heapsnapshot', `${drawing(50)}\nApp.secret = "alice@example.org, a letter" 900`)
  await here.run(['report', file, '-o', 'open.html'])
  expect(readFileSync(join(here.folder, 'open.html'), 'utf8')).toContain('alice@example.org')
  expect((await here.run(['report', file, '--redact', '-o', 'redacted.html'])).code).toBe(0)
  const page = readFileSync(join(here.folder, 'redacted.html'), 'utf8')
  expect([page.includes('alice'), page.includes('Session')]).toEqual([false, true])
})

test('several heaps become a page about growth', async () => {
  using here = world()
  const files = [20, 40, 60].map((count, at) => here.heap(`${at}.heapsnapshot`, drawing(count)))
  const { code, out } = await here.run(['report', ...files, '-o', 'grows.html'])
  // The page has everything: the terminal has only its sentence.
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^Leaking: [^\n]*\n$/) })
  const page = readFileSync(join(here.folder, 'grows.html'), 'utf8')
  expect(page).toContain('<h2>Types with more objects than before</h2>')
  expect(page).toContain('<h2>Walk through the heap</h2>')
})

test('a check that was written as JSON becomes a page again', async () => {
  using here = world()
  const answer = {
    version: 1,
    command: 'check',
    target: { pid: 4121 },
    heaps: [],
    verdict: 'leaking',
    suspects: [{ headline: 'Map sessions gains 3 Session per round' }],
    sections: [
      {
        shape: 'table',
        title: 'Suspects',
        columns: [{ key: 'countPerRound', unit: 'count' }],
        rows: [{ countPerRound: 3 }],
      },
      {
        shape: 'series',
        title: 'Memory',
        seconds: [0, 1],
        lines: [{ key: 'uss', title: 'USS', unit: 'bytes', values: [1, 2] }],
      },
      { shape: 'nonsense', title: 'x' },
    ],
    notes: ['a note', 7],
  }
  writeFileSync(join(here.folder, 'check.json'), JSON.stringify(answer))
  expect((await here.run(['report', 'check.json'])).code).toBe(0)
  const page = readFileSync(join(here.folder, 'leakscope-report.html'), 'utf8')
  expect(page).toContain('<p class="headline leaking">Leaking: Map sessions gains 3 Session per round</p>')
  expect(page).toContain('Count per round')
})

test.each(['not json', '[]', '{"version":2}', '{"version":1,"command":"x"}'])('%s is refused', async text => {
  using here = world()
  writeFileSync(join(here.folder, 'x.json'), text)
  const { code, err } = await here.run(['report', 'x.json'])
  expect(code).toBe(2)
  expect(err).toContain('is not an answer that leakscope wrote as JSON')
})
