import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { answer } from '../../src/cli/answer.js'
import type { Io } from '../../src/cli/io.js'
import type { Report } from '../../src/report/report.js'

const report: Report = {
  title: 'Leaks',
  headline: 'Leaking: Map sessions gains 3 Session per round',
  sections: [
    {
      shape: 'table',
      title: 'Types',
      columns: [{ key: 'type', title: 'Type', unit: 'text' }],
      rows: Array.from({ length: 20 }, (_, at) => ({ type: `T${at}` })),
    },
  ],
  notes: ['a note'],
  findings: { verdict: 'leaking' },
}

async function shownOn(screen: { isTTY?: boolean; rows?: number }, shown = report): Promise<string> {
  const terminal = Object.assign(new PassThrough(), { columns: 80 }, screen)
  const io = { stdout: terminal, stderr: terminal, env: {}, cwd: '/', signal: new AbortController().signal }
  await answer(
    shown,
    { command: 'check', target: null, heaps: [] },
    { options: { color: false }, io: io as unknown as Io },
  )
  return String(terminal.read())
}

test('on a terminal with fewer lines than the answer, the verdict is repeated below it', async () => {
  expect(await shownOn({ isTTY: true, rows: 24 })).toMatch(/T19\na note\n\nLeaking: .* per round\n$/)
})

test.each([
  ['on a terminal with room for all of it', { isTTY: true, rows: 60 }],
  ['in a pipe', {}],
])('%s it stands there once', async (_, screen) => {
  expect((await shownOn(screen)).match(/Leaking: /g)).toHaveLength(1)
})

test('an answer without a verdict is unchanged', async () => {
  const { findings, ...rest } = report
  expect((await shownOn({ isTTY: true, rows: 24 }, rest)).match(/Leaking: /g)).toHaveLength(1)
})
