import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { fixture } from '../fixtures/program.js'

const library = pathToFileURL(fixture('../dist/index.js')).href
const isThere = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false

// A terminal that is real for node: completion, colours and previews are on, as for people.
test.skipIf(!isThere)('at the prompt of node in a terminal (skipped if script(1) of util-linux is missing)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-prompt-'))
  try {
    const typed = [
      `const { showRefs, byType, count } = await import('${library}')`,
      'class Session {}; kept = [new Session(), new Session()]; 0',
      'await showRefs(kept[0])',
      "await showRefs([kept], { filename: 'kept.dot' })",
      "await byType('Session')",
      "await count('Session', { max_depth: 3 })",
      '.exit',
    ]
    writeFileSync(join(folder, 'typed'), `${typed.join('\n')}\n`)
    const { status } = spawnSync('script', ['-qec', `"${process.execPath}"`, 'seen'], {
      cwd: folder,
      env: { ...process.env, TERM: 'xterm-256color', NODE_REPL_HISTORY: '', TMPDIR: folder },
      input: readFileSync(join(folder, 'typed')),
    })
    const seen = stripVTControlCharacters(readFileSync(join(folder, 'seen'), 'utf8'))
    expect(status).toBe(0)
    expect(seen).toMatch(/^Graph written to \S+\.dot \(1 nodes\)\r?$/m)
    expect(seen).toContain('Graph written to kept.dot (3 nodes)')
    expect(seen).toMatch(/└─ \S+ → Session @\d+/)
    expect(seen).toMatch(/\[ <Session @\d+>, <Session @\d+> \]/)
    expect(seen).toContain('there is no option "max_depth" here')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
