import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'
import { check } from '../../src/check/index.js'
import { untold } from '../../src/task.js'
import { checkTarget } from '../check/target.js'
import { fixture, start } from '../fixtures/program.js'
import { temporaryFolder } from '../support/folder.js'

const shop = `
  import { EventEmitter } from 'node:events'
  import { runSteps } from ${JSON.stringify(fixture('step.cjs'))}
  import { track } from './audit.js'

  class Session {
    constructor(user) {
      this.user = user
      this.cart = Array.from({ length: 30 }, (_, line) => ({ sku: user + line }))
    }
  }
  const sessions = new Map()
  const feed = new EventEmitter().setMaxListeners(0)
  const onClose = []

  function login(user) {
    const session = new Session(user)
    sessions.set(user, session)
    track(user)
    const basket = new Array(40).fill(user)
    feed.on('price', function onPrice() { return basket.length })
    onClose.push(() => basket.pop())
  }
  runSteps(n => login('user-' + n))`

const audit = `
  class Entry {
    constructor(user) {
      this.user = user
      this.at = new Date()
      this.text = Array.from({ length: 20 }, (_, n) => ({ n }))
    }
  }
  export const log = { entries: [] }
  export function track(user) { log.entries.push(new Entry(user)) }`

// Other code of a release, which comes first and takes the short names.
const more = `
  class Price { constructor(cents) { this.cents = cents } }
  const prices = [new Price(1), new Price(2)], names = new Map([['a', 1]])
  export function sum(list) { let total = 0; for (const { cents } of list) total += cents; return total + names.size }
  if (sum(prices) < 0) throw new Error('never')`

/** Builds the shop into one minified file as a release; returns its path. */
async function build(release: string, sources: Record<string, string>): Promise<string> {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'src'))
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, 'src', name), text)
  const bundle = await rolldown({
    input: join(folder, 'src', 'main.js'),
    platform: 'node',
    external: /^node:|step\.cjs$/,
  })
  const file = join(folder, 'dist', `main-${release}.mjs`)
  await bundle.write({ file, format: 'esm', minify: true, sourcemap: true })
  await bundle.close()
  return file
}

async function fingerprints(file: string): Promise<Record<string, string>> {
  await using program = await start(relative(fixture('.'), file))
  await using target = await checkTarget(program.pid)
  const { suspects } = await check(target, { rounds: 5, load: () => program.step(40) }, untold)
  return Object.fromEntries(suspects.map(({ fingerprint, headline }) => [fingerprint, headline]))
}

test('a leak keeps its fingerprint when the next release is bundled and minified again', async () => {
  const one = await build('1', { 'main.js': shop, 'audit.js': audit })
  const two = await build('2', { 'main.js': `import './more.js'\n${shop}`, 'more.js': more, 'audit.js': audit })
  const [before, after] = [await fingerprints(one), await fingerprints(two)]
  expect(Object.keys(after)).toEqual(Object.keys(before))
  // By the names and files of the source, whatever the bundler's names.
  expect(Object.values(after)).toEqual([
    expect.stringMatching(/^Map sessions in src\/main\.js gains .* Session per round/),
    expect.stringMatching(/^Array log\.entries in src\/audit\.js gains .* Entry per round/),
    expect.stringMatching(/^Array onClose in src\/main\.js gains .* each is basket in the scope of login\(\)/),
    expect.stringMatching(/^'price' listeners of feed \(EventEmitter\) in src\/main\.js gain /),
  ])
}, 240_000)
