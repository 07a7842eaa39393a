import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { history } from '../../src/cli/session/history.js'

test('typed lines are there in the next session, the newest first, readable only for the user', () => {
  const home = mkdtempSync(join(tmpdir(), 'leakscope-history-'))
  try {
    const first = history({ env: { HOME: home } })
    expect(first.lines).toEqual([])
    for (const line of ['types', '  ', 'growth --limit 3']) first.keep(line)
    expect(history({ env: { HOME: home } }).lines).toEqual(['growth --limit 3', 'types'])
    const path = join(home, '.local', 'state', 'leakscope', 'history')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(history({ env: { XDG_STATE_HOME: join(home, '.local', 'state') } }).lines).toHaveLength(2)
    for (let line = 0; line < 1200; line++) first.keep(`count ${line}`)
    expect(history({ env: { HOME: home } }).lines).toHaveLength(1000)
    expect(readFileSync(path, 'utf8')).toMatch(/count 1199\n$/)
  } finally {
    rmSync(home, { recursive: true })
  }
})

test('without a home folder there is no history, and no error', () => {
  history({ env: {} }).keep('types')
  history({ env: { HOME: '/dev/null' } }).keep('types')
  expect(history({ env: { HOME: '/dev/null' } }).lines).toEqual([])
})
