import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { verbsOf } from '../../src/cli/session/words.js'
import { world } from '../cli/world.js'
import { fixture, start } from '../fixtures/program.js'

const page = readFileSync(new URL('../../docs/objgraph.md', import.meta.url), 'utf8')
const blocks = (language: string): string[] =>
  [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].filter(block => block[1] === language).map(block => block[2]!)

/** `…` matches anything within a line. */
const shape = (text: string): RegExp =>
  new RegExp(
    text
      .split('…')
      .map(part => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('[^\\n]*'),
  )

/** The examples as a program that prints each `line // value` as JSON: the expected and the actual value. */
function told(code: string): string {
  const library = pathToFileURL(fixture('../dist/index.js')).href
  const lines = code
    .replaceAll("'leakscope'", JSON.stringify(library))
    .split('\n')
    .map(line => {
      const [, expression, value] = /^;?(\S.*) \/\/ (.+)$/.exec(line) ?? []
      return expression === undefined ? line : `await tell(${JSON.stringify(value)}, ${expression});`
    })
  return `import { inspect } from 'node:util'
const tell = async (wanted, value) => process.stderr.write(JSON.stringify({ wanted, value: inspect(await value) }) + '\\n')
${lines.join('\n')}`
}

describe('the page for people who know objgraph', () => {
  test('its examples print what it shows', { timeout: 300_000 }, () => {
    using here = world()
    const file = join(here.folder, 'app.mjs')
    writeFileSync(file, told(blocks('js').join('\n')))
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { cwd: here.folder, encoding: 'utf8' })
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })

    const values = stderr
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { wanted: string; value: string })
    expect(values.length).toBeGreaterThan(20)
    for (const { wanted, value } of values) expect(value).toMatch(new RegExp(`^${shape(wanted).source}$`))
    for (const printed of blocks('')) expect(stdout).toMatch(shape(printed))
    expect(stdout).toMatch(/^digraph "ObjectGraph" \{/m)
    expect(stdout).toMatch(/^finished memory used: [\d.]+ MB$/m)
  })

  test('every name in it is exported', async () => {
    const library: Record<string, unknown> = await import('../../src/index.js')
    const names = [...page.matchAll(/^\| `[^|]*\| `(\w+)\(/gm)].map(match => match[1]!)
    expect(names.length).toBeGreaterThan(16)
    expect(names.filter(name => typeof library[name] !== 'function')).toEqual([])
  })

  // In their order and one folder, as a reader would type them: later ones use what earlier ones captured.
  test('its commands and verbs work as written, on a leaking process', { timeout: 300_000 }, async () => {
    using here = world()
    // It leaks slowly: each capture takes time in proportion to its heap.
    await using program = await start('leaks/map-cache.js', { args: ['--every', '20'] })
    const commands = blocks('sh').flatMap(block => block.trim().split('\n'))
    expect(commands.length).toBeGreaterThan(15)
    let ids = ['@1203', '@1207']
    for (const command of commands) {
      const line = command.replace('4121', String(program.pid)).replace('@1203 @1207', ids.join(' '))
      const { code, out, err } = await here.run(verbsOf(line.replace(/ > verb.svg/, ' -o verb.svg'))[0]!.slice(1), {
        stdin: '',
      })
      expect({ command, code, err: code === 0 ? '' : err }).toEqual({ command, code: 0, err: '' })
      expect(out).not.toBe('')
      for (const [, path] of out.matchAll(/^Graph written to (\/\S+\.dot)/gm)) rmSync(path!)
      if (command.includes(' find ')) ids = out.match(/@\d+/g)!.slice(0, 2)
    }
  })
})
