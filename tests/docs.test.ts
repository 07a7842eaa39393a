import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
// @ts-expect-error a script without types
import { wrapped } from '../.ci/wrap-markdown.mjs'
import { commandWords } from '../src/cli/command-words.js'
import { program } from '../src/cli/program.js'

const root = join(import.meta.dirname, '..')
const folders = ['.', 'docs', 'docs/decisions', 'docs/agents', 'src/live/injected']
const pages = folders
  .flatMap(folder => readdirSync(join(root, folder)).map(name => join(folder, name)))
  .filter(path => path.endsWith('.md'))
  .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))

const io = { ...process, cwd: root, signal: new AbortController().signal }
const commands = new Set(
  commandWords(await program(undefined, io, undefined, { exitCode: 0 })).flatMap(({ names }) => names),
)
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as Record<string, string>

/** Pages about working on leakscope itself. */
const isOurs = /^(CONTRIBUTING|AGENTS|docs\/architecture)\.md$/
/** A forked child is called `leakscope copy`. */
const PROCESS = 'copy'

/** What stands as code: in a fence, or between backticks. */
const codeOf = (text: string): string[] =>
  [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```|`([^`\n]+)`/gm)].flatMap(([, block, span]) =>
    (block ?? span!).split('\n'),
  )

describe.each(pages)('$path', ({ path, text }) => {
  test('names no command that is not there', () => {
    // A changelog has also the names that have gone.
    const code = path === 'CHANGELOG.md' ? [] : codeOf(text)
    const named = code.flatMap(line => [...line.matchAll(/(?:^|[|;(] ?|npx )leakscope ([a-z][a-z-]*)(?![\w.:/])/g)])
    expect(
      named.map(([, command]) => command!).filter(command => !commands.has(command) && command !== PROCESS),
    ).toEqual([])
    // On other pages it is the reader's own.
    const run = (isOurs.test(path) ? code : []).flatMap(line => [...line.matchAll(/npm run ([\w:]+)/g)])
    expect(run.map(([, script]) => script!).filter(script => !Object.hasOwn(scripts, script))).toEqual([])
  })

  test('links to files that are there', () => {
    const links = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)]
    const missing = links
      .map(([, link]) => link!)
      .filter(link => !existsSync(join(root, dirname(path), decodeURIComponent(link))))
    expect(missing).toEqual([])
  })

  test('names files of the source that are there', () => {
    const named = [...text.matchAll(/`((?:src|tests|docs|\.ci|bench|fixtures)\/[\w./-]+\w)`/g)].map(([, name]) => name!)
    // As it was when it was decided, and when it was changed.
    const isPast = path.startsWith('docs/decisions/') || path === 'CHANGELOG.md'
    expect(named.filter(name => !isPast && !existsSync(join(root, name)) && !isShort(name))).toEqual([])
  })

  test('is wrapped at 120 columns', () => {
    expect(wrapped(text) === text || 'run `npm run format`').toBe(true)
  })
})

/** `docs/decisions/0023` names a page by its number. */
function isShort(name: string): boolean {
  const folder = dirname(name)
  return (
    existsSync(join(root, folder)) &&
    readdirSync(join(root, folder)).some(file => file.startsWith(`${relative(folder, name)}-`))
  )
}

test('decisions have a number each, and the index has them in order', () => {
  const files = readdirSync(join(root, 'docs/decisions')).filter(name => /^\d/.test(name))
  const numbers = files.map(name => name.slice(0, 4))
  expect(numbers).toEqual([...new Set(numbers)])
  const index = readFileSync(join(root, 'docs/decisions/README.md'), 'utf8')
  expect([...index.matchAll(/^- \[(\d+)\]\((.+)\) /gm)].map(([, , file]) => file)).toEqual(files)
  for (const file of files) {
    expect(readFileSync(join(root, 'docs/decisions', file), 'utf8')).toMatch(new RegExp(`^# ${file.slice(0, 4)} `))
  }
})
