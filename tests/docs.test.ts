import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

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

test.each(pages)('%s names no source file that does not exist', page => {
  const named = [...text(page).matchAll(/\b(?:src|tests|bench|fixtures)\/[\w./-]+\.(?:ts|js|mjs|cjs|c|json)\b/g)].map(
    ([path]) => path,
  )
  expect(named.filter(path => !existsSync(join(root, path)))).toEqual([])
})

test('docs/architecture.md has each room', () => {
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter(entry => entry.isDirectory())
  const map = text('docs/architecture.md')
  expect(rooms.map(({ name }) => name).filter(name => !map.includes(`\`${name}/\``))).toEqual([])
})

describe('decisions', () => {
  const files = readdirSync(join(root, 'docs/decisions')).filter(name => /^\d{4}-/.test(name))

  test('have a number each', () => {
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
