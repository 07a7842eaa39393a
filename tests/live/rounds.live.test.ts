import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { oldestAndNewest } from '../node-versions.js'
import { launch } from './start.js'

const bench = (script: string): string => fileURLToPath(new URL(`../../bench/${script}`, import.meta.url))

async function ran(script: string, ...words: string[]): Promise<string> {
  const program = launch([process.execPath, bench(script), ...words])
  let said = ''
  program.child.stdout!.on('data', text => {
    said += text
  })
  const { code } = await program.ended
  expect(code, `${said}\n${program.stderr}`).toBe(0)
  return said
}

test.each(oldestAndNewest().slice(-1))(
  'rounds of attaching leave $version as it was',
  async ({ path }) => {
    expect(await ran('attach-rounds.js', '--rounds', '60', '--node', path)).toContain('60 rounds')
  },
  300_000,
)

test('leakscope killed at random moments of attaching and of each capture method: the next one cleans up', async () => {
  expect(await ran('kill-rounds.js', '--rounds', '8', '--seed', '7')).toContain('8 rounds, 0 faults')
}, 600_000)
