import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { Io } from '../../src/cli/io.js'
import { paged } from '../../src/cli/session/pager.js'

test('notes are below their answer, progress and earlier notes above', async () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
  const answer = paged({ stdout: terminal, stderr: terminal, env: {} } as Partial<Io> as Io, work => work())
  answer.stderr.write('captured a heap\n')
  answer.stdout.write('Type  Count\n')
  answer.stderr.write('3 more; raise --limit\n')
  answer.stderr.write('\r\x1b[Kreading …')
  await answer.show()
  answer.stderr.write('next\n')
  expect(String(terminal.read())).toBe('captured a heap\n\r\x1b[Kreading …Type  Count\n3 more; raise --limit\nnext\n')
})
