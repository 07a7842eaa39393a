import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect, test } from 'vitest'
import { type Program, portOf, start } from '../fixtures/program.js'
import { world } from './world.js'

const bin = resolve(import.meta.dirname, '../../bin/leakscope.js')

/** A real client of a real server, as agents use. */
async function agent(cwd: string, ...options: readonly string[]) {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp', ...options], cwd }))
  return {
    client,
    /** Calls a tool: returns its text, its data, and whether it failed. */
    async call(name: string, given: Record<string, unknown>) {
      const {
        content,
        structuredContent,
        isError = false,
      } = await client.callTool({ name, arguments: given }, { timeout: 120_000 })
      const [first] = content as { type: string; text: string }[]
      return { text: first!.text, data: structuredContent as Record<string, unknown>, isError }
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

test('an agent gets from the list of processes to a leak, its line, and the proof of the fix', async () => {
  using here = world()
  await using mcp = await agent(here.folder)
  const { tools } = await mcp.client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(
    'list_processes doctor memory check capture leaks types path query compare report'.split(' '),
  )
  expect(tools.filter(({ annotations }) => annotations?.readOnlyHint !== true).map(({ name }) => name)).toEqual([
    'check',
    'capture',
    'report',
  ])

  let before = ''
  {
    await using leaking = await start('server/server.js')
    const { pid } = leaking
    const check = { pid, url: urlOf(leaking), rounds: 5, requests: 100 }
    expect((await mcp.call('list_processes', { limit: 200 })).data.sections).toMatchObject([
      { rows: expect.arrayContaining([expect.objectContaining({ pid })]) },
    ])
    expect(await mcp.call('check', { ...check, consent: true })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/has not been estimated yet\nCall doctor/),
    })
    expect((await mcp.call('doctor', { pid })).text).toMatch(/^(safe|risky): .*pauses for about .*consent/s)
    expect(await mcp.call('capture', { pid })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/only with consent/),
    })
    expect((await mcp.call('memory', { pid, inside: true })).text).toMatch(/^Process \d+ has .* \(USS\).* V8's heap/)

    const found = await mcp.call('check', { ...check, consent: true })
    expect(found.text).toMatch(/^Leaking: .*sessions.* Session per round/)
    expect(found.data).toMatchObject({
      verdict: 'leaking',
      suspects: expect.arrayContaining([expect.objectContaining({ kind: 'map', path: expect.any(Array) })]),
    })
    before = found.data.check_json as string
    expect(existsSync(before)).toBe(true)
    const heaps = found.data.kept_heaps as string[]
    const heap = heaps.at(-1)!

    const first = await mcp.call('types', { heap, limit: 1 })
    expect(first.data).toMatchObject({ next_offset: 1, sections: [{ rows: [expect.anything()] }] })
    const second = await mcp.call('types', { heap, limit: 1, offset: 1 })
    expect(second.data.sections).not.toEqual(first.data.sections)
    expect((await mcp.call('path', { heap, type: 'Session' })).text).toMatch(/^Session @\d+: .*sessions/)
    const queried = await mcp.call('query', { heap, expression: "type = 'Session'", limit: 2 })
    expect(queried.data).toMatchObject({ next_offset: 2, sections: [{ rows: [{ type: 'Session' }, {}] }] })
    const gained = await mcp.call('compare', { before: heaps[0], after: heap })
    expect(gained.text).toMatch(/Session/)
    expect((await mcp.call('leaks', { heaps: [heap] })).isError).toBe(false)
    expect((await mcp.call('report', { check_json: before, output: 'leak.html' })).isError).toBe(false)
    expect(readFileSync(join(here.folder, 'leak.html'), 'utf8')).toMatch(/^<!doctype html>/i)
    expect((await mcp.call('capture', { pid, consent: true })).text).toMatch(/^Captured process/)
  }
  await using fixed = await start('server/server-clean.js')
  const { pid } = fixed
  await mcp.call('doctor', { pid })
  const now = await mcp.call('check', {
    pid,
    url: urlOf(fixed),
    consent: true,
    against: before,
    rounds: 5,
    requests: 100,
  })
  // Few rounds, to keep the test short: whether they suffice on a busy machine is not tested here.
  expect(now.data.against).toMatchObject({ outcome: expect.stringMatching(/^(fixed|cannot-tell)$/) })
}, 240_000)

test('an agent reads only heaps in its folders, and runs nothing', async () => {
  using here = world()
  await using mcp = await agent(here.folder)
  symlinkSync('/etc/passwd', join(here.folder, 'link.heapsnapshot'))
  writeFileSync(join(here.folder, 'bad.heapsnapshot'), '{')
  const refused = async (heap: string) => (await mcp.call('types', { heap })).text
  expect(await refused('/etc/passwd')).toMatch(/is not the name of a .heapsnapshot file/)
  expect(await refused('link.heapsnapshot')).toMatch(/outside the folders/)
  expect(await refused('/nowhere/a.heapsnapshot')).toMatch(/outside the folders/)
  expect(await refused('../a.heapsnapshot')).toMatch(/outside the folders/)
  expect(await refused('a.heapsnapshot')).toMatch(/there is no file a.heapsnapshot/)
  expect(await refused('bad.heapsnapshot')).toMatch(/bad.heapsnapshot/)
  expect((await mcp.call('report', { heaps: ['bad.heapsnapshot'], output: '/tmp/x.html' })).text).toMatch(/outside/)
  expect((await mcp.call('report', { heaps: ['bad.heapsnapshot'], output: 'x.js' })).text).toMatch(/not the name/)
  const query = { heap: 'bad.heapsnapshot', expression: 'process.exit()', limit: 0 }
  expect((await mcp.call('query', query)).isError).toBe(true)
})

const urlOf = (shop: Pick<Program, 'greeting'>): string => `http://127.0.0.1:${portOf(shop)}/login?user={n}`
