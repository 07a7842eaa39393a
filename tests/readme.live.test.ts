import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { verbsOf } from '../src/cli/session/words.js'
import { world } from './cli/world.js'
import { fixture, start } from './fixtures/program.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(match => match[1]!)

const commands = blocks('sh')
  .flatMap(block => block.split('\n'))
  .filter(line => line.startsWith('leakscope '))

describe('the README', () => {
  test('has commands to try', () => {
    expect(commands.length).toBeGreaterThan(6)
  })

  // In their order and one folder, as a reader would type them: later ones use what earlier ones captured.
  test('its commands work as written, on a leaking process', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js', { args: ['--every', '5'] })
    for (const command of commands) {
      const [words] = verbsOf(command.replace('4121', String(program.pid)))
      const { code, err } = await here.run(words!.slice(1), { stdin: 'exit\n' })
      expect({ command, code, err: code === 2 ? err : '' }).toEqual({
        command,
        code: words![1] === 'check' ? 1 : 0,
        err: '',
      })
    }
  }, 300_000)

  test('its library examples run as written', async () => {
    using here = world()
    await using program = await start('leaks/map-cache.js', { args: ['--every', '2'] })
    const library = pathToFileURL(fixture('../dist/index.js')).href
    const [attaching, inside] = blocks('js')
    for (const [name, code] of [
      ['attaching', attaching],
      ['inside', inside],
    ] as const) {
      const file = join(here.folder, `${name}.mjs`)
      writeFileSync(file, code!.replaceAll("'leakscope'", `'${library}'`).replace('4121', String(program.pid)))
      const out = execFileSync(process.execPath, [file], {
        cwd: here.folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      if (name === 'attaching') expect(out).toContain('retained')
      else {
        expect(out).toMatch(/^initial memory used: \d+(\.\d+)? MB\nGraph written to a\.svg \(2 nodes\)\n2\n/)
      }
    }
  })
})
