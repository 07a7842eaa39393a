import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
// @ts-expect-error a script without types
import { wrapped } from '../.ci/wrap-markdown.mjs'
import { commandWords } from '../src/cli/command-words.js'
import { program } from '../src/cli/program.js'

const root = resolve(import.meta.dirname, '..')
const text = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'AGENTS.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
]

test.each(pages)('%s names only existing source files', page => {
  const named = [...text(page).matchAll(/\b(?:src|tests|bench|fixtures)\/[\w./-]+\.(?:ts|js|mjs|cjs|c|json)\b/g)].map(
    ([path]) => path,
  )
  expect(named.filter(path => !existsSync(join(root, path)))).toEqual([])
})

const io = { ...process, cwd: root, signal: new AbortController().signal }
const leakscope = await program(undefined, io, undefined, { exitCode: 0 })
const commands = new Set(commandWords(leakscope).flatMap(({ names }) => names))
const scripts = JSON.parse(text('package.json')).scripts as Record<string, string>

/** Code in the text: in a fence, or between backticks. */
const codeOf = (page: string): string[] =>
  [...text(page).matchAll(/^ *```\w*\n([\s\S]*?)^ *```|`([^`\n]+)`/gm)].flatMap(([, block, span]) =>
    (block ?? span!).split('\n'),
  )

test.each(pages)('%s names only existing commands', page => {
  const code = codeOf(page)
  const named = code.flatMap(line => [...line.matchAll(/(?:^|[|;(] ?|npx )leakscope ([a-z][a-z-]*)(?![\w.:/])/g)])
  // A forked child is called `leakscope copy` in process lists.
  expect(named.map(([, command]) => command!).filter(name => !commands.has(name) && name !== 'copy')).toEqual([])
})

test.each(['CONTRIBUTING.md', 'AGENTS.md', 'docs/architecture.md'])('%s names only existing scripts', page => {
  const run = codeOf(page).flatMap(line => [...line.matchAll(/npm run ([\w:]+)/g)])
  expect(run.map(([, script]) => script!).filter(script => !Object.hasOwn(scripts, script))).toEqual([])
})

test.each(pages)('%s links to existing files', page => {
  const links = [
    ...text(page)
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/\]\((?!https?:|#)([^)\s#]+)/g),
  ]
  const missing = links.map(([, link]) => link!).filter(link => !existsSync(join(root, dirname(page), link)))
  expect(missing).toEqual([])
})

test.each([...pages, 'CHANGELOG.md'])('%s is wrapped at 120 columns', page => {
  expect(wrapped(text(page)) === text(page) || 'run `npm run format`').toBe(true)
})

test('docs/architecture.md has each folder of src', () => {
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter(entry => entry.isDirectory())
  const map = text('docs/architecture.md')
  expect(rooms.map(({ name }) => name).filter(name => !map.includes(`\`${name}/\``))).toEqual([])
})

describe('decisions', () => {
  const files = readdirSync(join(root, 'docs/decisions')).filter(name => /^\d{4}-/.test(name))

  test('have unique numbers', () => {
    const numbers = files.map(name => name.slice(0, 4))
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([])
    expect(
      files.filter(name => !text(`docs/decisions/${name}`).startsWith(`# ${basename(name).slice(0, 4)} `)),
    ).toEqual([])
  })

  test('are in the index, in order', () => {
    const index = [...text('docs/decisions/README.md').matchAll(/^- \[\d{4}\]\(([^)]+)\)/gm)].map(([, name]) => name)
    expect(index).toEqual(files.sort())
  })
})
