import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { dotText } from '../../src/render/dot.js'
import { imageKind, renderWithDot } from '../../src/render/image.js'
import { formatForFile, formatNamed, formats } from '../../src/render/index.js'
import { findViewer } from '../../src/render/viewer.js'
import { cycle } from './reports.js'

const hasGraphviz = spawnSync('dot', ['-V']).status === 0
const folders: string[] = []

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'leakscope-render-'))
  folders.push(made)
  return made
}

afterEach(() => {
  vi.unstubAllEnvs()
  for (const made of folders.splice(0)) rmSync(made, { recursive: true })
})

test('a format is found by its name', () => {
  expect(formats.map(({ name }) => formatNamed(name))).toEqual(formats)
  expect(() => formatNamed('xml')).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      hint: 'Use one of text, json, dot, svg, html, markdown, csv, junit, sarif, github.',
    }),
  )
})

test('a format is found by the extension of a file', () => {
  const endings = ['.dot', '.svg', '.json', '.html', '.md', '.csv', '.txt', '.SVG', '.png', '.pdf']
  expect(endings.map(ending => formatForFile(`a.b/out${ending}`).name)).toEqual([
    'dot',
    'svg',
    'json',
    'html',
    'markdown',
    'csv',
    'text',
    'svg',
    'dot',
    'dot',
  ])
  expect([imageKind('a.png'), imageKind('a.PDF'), imageKind('a.svg'), imageKind('png')]).toEqual([
    'png',
    'pdf',
    undefined,
    undefined,
  ])
  expect(() => formatForFile('out.xls')).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: 'unknown file extension in "out.xls"',
      hint: expect.stringContaining('.svg'),
    }),
  )
  expect(() => formatForFile('out')).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

test.skipIf(!hasGraphviz)('an installed Graphviz draws pictures', async () => {
  expect((await renderWithDot(dotText(cycle), 'png')).subarray(1, 4).toString()).toBe('PNG')
})

test.skipIf(!hasGraphviz)('errors of dot are shown', async () => {
  await expect(renderWithDot('digraph {', 'png')).rejects.toMatchObject({
    code: 'OUTPUT',
    message: expect.stringContaining('syntax error'),
  })
})

test('without Graphviz, a picture says what to install or write instead', async () => {
  vi.stubEnv('PATH', folder())
  await expect(renderWithDot(dotText(cycle), 'png')).rejects.toMatchObject({
    code: 'OUTPUT',
    message: 'this picture needs Graphviz, and there is no `dot` on the PATH',
    hint: expect.stringContaining('.svg'),
  })
})

test.skipIf(process.platform === 'win32')('a dot that takes too long is ended', async () => {
  const bin = folder()
  writeFileSync(join(bin, 'dot'), `#!${process.execPath}\nsetInterval(() => {}, 1000)\n`)
  chmodSync(join(bin, 'dot'), 0o755)
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`)
  await expect(renderWithDot('digraph {}', 'pdf', 200)).rejects.toMatchObject({
    message: "Graphviz's dot took longer than 0.2 s",
  })
})

test.skipIf(process.platform === 'win32')('xdot is found if it is installed and there is a display', () => {
  const bin = folder()
  const env = { DISPLAY: ':0', PATH: `${folder()}${delimiter}${bin}` }
  expect(findViewer(env)).toBeUndefined()
  writeFileSync(join(bin, 'xdot'), '')
  expect(findViewer(env)).toBeUndefined()
  chmodSync(join(bin, 'xdot'), 0o755)
  expect(findViewer(env)).toEqual({ command: join(bin, 'xdot'), args: [] })
  expect(findViewer({ PATH: bin })).toBeUndefined()
})
