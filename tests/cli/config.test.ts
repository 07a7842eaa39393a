import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config/file.js'
import { type World, world } from './world.js'

async function inForce(here: World, command: string, env: Record<string, string> = {}, more: readonly string[] = []) {
  const { code, out, err } = await here.run(['config', command, '--json', ...more], { env })
  expect(code, err).toBe(0)
  const rows = JSON.parse(out).sections[0].rows as { key: string; value: string | null; from: string }[]
  return Object.fromEntries(rows.map(({ key, value, from }) => [key, `${value} ${from}`]))
}

test('a variable overrides the file, its section the common part, and each default is shown as one', async () => {
  using here = world()
  const path = join(here.folder, 'leakscope.config.json')
  writeFileSync(
    path,
    JSON.stringify({
      dir: '/var/heaps',
      keep: 5,
      check: { keep: 2, rounds: 7, every: '500ms', failOn: 'new', save: false, ignore: [{ match: 'a', reason: 'b' }] },
    }),
  )
  const env = { LEAKSCOPE_ROUNDS: '6', LEAKSCOPE_CHECK_EVERY: '3s' }
  expect(await inForce(here, 'check', env)).toMatchObject({
    dir: `/var/heaps ${path}`,
    keep: `2 ${path}`,
    rounds: '6 LEAKSCOPE_ROUNDS',
    every: '3000 LEAKSCOPE_CHECK_EVERY',
    warmup: '1 default',
    save: `false ${path}`,
    failOn: `["new"] ${path}`,
    ignore: expect.stringContaining('"text":"a","reason":"b"'),
  })
  expect((await inForce(here, 'snapshot')).keep).toBe(`5 ${path}`)
})

test('a schedule is shown as it was typed', async () => {
  using here = world()
  expect((await inForce(here, 'watch')).schedule).toBe('*/30 * * * * default')
  const env = { LEAKSCOPE_WATCH_SCHEDULE: '0 4 * * 1' }
  expect((await inForce(here, 'watch', env)).schedule).toBe('0 4 * * 1 LEAKSCOPE_WATCH_SCHEDULE')
})

test('the command line has precedence', async () => {
  using here = world()
  writeFileSync(join(here.folder, 'leakscope.config.json'), '{"types":{"limit":1,"json":true}}')
  expect(await here.run(['types', here.heap('a', 'root.a = A 16')])).toMatchObject({
    code: 2,
    err: expect.stringContaining('types.json'),
  })
  writeFileSync(join(here.folder, 'leakscope.config.json'), '{"types":{"limit":1}}')
  const heap = here.heap('a.heapsnapshot', 'root.a = A 16\nroot.b = B 8')
  const rows = async (...more: string[]) =>
    JSON.parse((await here.run(['types', heap, '--json', ...more])).out).sections[0].rows
  expect(await rows()).toHaveLength(1)
  expect((await rows('--limit', '2')).length).toBe(2)
})

test('a module may be JavaScript; it is read from this folder only', async () => {
  using here = world()
  writeFileSync(join(here.folder, 'leakscope.config.mjs'), 'export default () => ({ check: { rounds: 4 + 5 } })')
  expect((await inForce(here, 'check')).rounds).toMatch(/^9 .*mjs$/)
})

test('TypeScript needs a Node.js that supports it, or jiti', async () => {
  using here = world()
  writeFileSync(
    join(here.folder, 'leakscope.config.ts'),
    'const rounds: number = 8\nexport default { check: { rounds } }',
  )
  const ran = await here.run(['config', 'check'])
  if ((process.features as { typescript?: unknown }).typescript) expect(ran.code).toBe(0)
  else expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('Install jiti') })
})

test.each([
  ['{"chekc":{}}', 'a setting that does not exist: chekc'],
  ['{"check":{"round":3}}', 'a setting that does not exist: check.round'],
  ['{"check":{"rounds":"many"}}', "sets rounds: 'many' is not a whole number"],
  ['{"check":{"save":"perhaps"}}', 'sets save to "perhaps"'],
  ['[]', 'contains no settings'],
  ['{', 'cannot be read'],
])('%s is refused', async (text, message) => {
  using here = world()
  writeFileSync(join(here.folder, 'leakscope.config.json'), text)
  expect(await here.run(['config', 'check'])).toMatchObject({ code: 2, err: expect.stringContaining(message) })
})

test('two files are refused', async () => {
  using here = world()
  writeFileSync(join(here.folder, 'leakscope.config.json'), '{}')
  writeFileSync(join(here.folder, 'leakscope.config.mjs'), 'export default {}')
  expect(await here.run(['config'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('there are 2 configurations'),
  })
})

test('a file that everybody may write to is not used, unless it is named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-config-'))
  const path = join(folder, 'leakscope.config.json')
  try {
    writeFileSync(path, '{}')
    chmodSync(path, 0o666)
    await expect(readConfig(folder)).rejects.toMatchObject({ message: expect.stringContaining('by everybody') })
    expect(await readConfig(folder, path)).toMatchObject({ settings: {} })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.skipIf(process.geteuid?.() !== 0)("another user's file is not used", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-config-'))
  const path = join(folder, 'leakscope.config.mjs')
  try {
    writeFileSync(path, 'export default process.exit(9)')
    chownSync(path, 65534, 65534)
    await expect(readConfig(folder)).rejects.toMatchObject({ message: expect.stringContaining('belongs to uid 65534') })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the schema has exactly the settings', async () => {
  using here = world()
  const { code, out } = await here.run(['config', '--schema'])
  expect(code).toBe(0)
  const { properties, additionalProperties } = JSON.parse(out)
  expect(additionalProperties).toBe(false)
  expect(properties).toMatchObject({
    dir: { type: ['string', 'number'] },
    check: {
      additionalProperties: false,
      properties: {
        save: { type: 'boolean' },
        capture: { enum: expect.arrayContaining(['auto', 'fork']) },
        ignore: { type: 'array' },
        output: { anyOf: expect.anything() },
      },
    },
  })
  expect(Object.keys(properties.check.properties)).not.toContain('config')
})
