import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sourceText } from '../../src/package-file.js'
import { html } from '../../src/render/html.js'
import type { Report } from '../../src/report/report.js'
import { hostileReport, UNSAFE } from './hostile.js'
import { cycle, noEnvelope, plainLook, reportOf, sessions } from './reports.js'
import { elementsOf, readXml, textOf } from './xml.js'

const OWN_SCRIPT = ['viewport', 'tables', 'drawings', 'explorer']
  .map(name => sourceText(`render/page/${name}.js`))
  .join('\n')

/** The page as a tree. Its void elements are converted to XML's; everything else must be well-formed as it is. */
async function page(report: Report, envelope = noEnvelope) {
  const written = await html.render(report, envelope, plainLook)
  expect(written).toMatch(/^<!doctype html>\n<html lang="en">/)
  expect(written).not.toMatch(UNSAFE)
  const scripts = [...written.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => script!)
  // The policy allows this one script, by its hash, and the script is the same whatever the report.
  expect(scripts).toEqual([OWN_SCRIPT])
  const hash = createHash('sha256').update(scripts[0]!).digest('base64')
  expect(written).toContain(`script-src 'sha256-${hash}'`)
  return readXml(
    written
      .replace(/<script[^>]*>[\s\S]*?<\/script>/g, '')
      .replace(/<style>[\s\S]*?<\/style>/g, '')
      .replace('<!doctype html>\n', '')
      .replace(/<meta ([^>]*)>/g, '<meta $1/>')
      .trimEnd(),
  )
}

test('a page shows the question, its heaps, and the results', async () => {
  const tree = await page(
    {
      title: 'What refers to Session @3001',
      sections: [
        sessions,
        {
          shape: 'table',
          title: 'Types',
          columns: [{ key: 'bytes', title: 'shallow', unit: 'bytes' }],
          rows: [{ bytes: 4096 }],
        },
        {
          shape: 'series',
          title: 'Memory',
          seconds: [0, 5],
          lines: [{ key: 'uss', title: 'USS', unit: 'bytes', values: [1024, 2048] }],
        },
        { shape: 'path', title: 'Path', steps: [{ edge: '', type: 'Map', name: '2 items', id: 7, location: null }] },
      ],
      notes: ['412 more; raise --limit'],
    },
    { command: 'backrefs', target: { pid: 4121 }, heaps: [{ path: 'a.heapsnapshot', nodes: 12345, bytes: 1048576 }] },
  )
  const text = textOf(tree)
  for (const part of [
    'leakscope backrefs',
    'pid 4121',
    'a.heapsnapshot · 12,345 objects · 1.0 MB',
    'Types',
    '4.0 KB',
    '+1.0 KB',
    'Map @7',
    '412 more; raise',
  ])
    expect(text).toContain(part)
  expect(elementsOf(tree).filter(({ name, attributes }) => name === 'g' && attributes.class === 'node')).toHaveLength(
    sessions.nodes.length,
  )
})

test('a page loads nothing, runs only its own script, and has unique ids', async () => {
  const elements = elementsOf(await page(reportOf(cycle, sessions)))
  const policy = elements.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy')
  expect(policy?.attributes.content).toMatch(
    /^default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/=]{44}'$/,
  )
  expect(elements.filter(({ name }) => ['script', 'link', 'img', 'iframe', 'object'].includes(name))).toEqual([])
  const names = elements.flatMap(({ attributes }) => Object.keys(attributes))
  expect(names.filter(name => /^on|^src$|^xlink/.test(name) && !name.startsWith('xmlns'))).toEqual([])
  const ids = elements.flatMap(({ attributes }) => attributes.id ?? [])
  expect(new Set(ids).size).toBe(ids.length)
  // A click leads to another part of the same page, and nowhere else.
  const links = elements.flatMap(({ attributes }) => attributes.href ?? [])
  expect(links).not.toEqual([])
  expect(links.filter(link => !link.startsWith('#') || !ids.includes(link.slice(1)))).toEqual([])
})

test('heap strings stay text', async () => {
  await fc.assert(
    fc.asyncProperty(hostileReport, async report => {
      const elements = elementsOf(
        await page({ ...report, sections: report.sections.filter(({ shape }) => shape !== 'drawing') }),
      )
      expect(elements.filter(({ name }) => ['script', 'b', 'img'].includes(name) && name !== 'b')).toEqual([])
      expect(textOf(elements.find(({ name }) => name === 'h1')!)).toBe(
        textOf(elements.find(({ name }) => name === 'title')!),
      )
    }),
  )
})

test('an empty report is a page, too', async () => {
  expect(textOf(await page(reportOf()))).toContain('Test')
})

test('a sentence that is also the title appears once, and the program is named relative to the folder', async () => {
  const title = 'Leaking: Map sessions gains 452 Session per round'
  const findings = { verdict: 'leaking' }
  const target = { pid: 7, title: '/srv/shop/server.js' }
  const tree = await page(
    { title, headline: title, sections: [], notes: [], findings },
    { ...noEnvelope, target, cwd: '/srv/shop' },
  )
  const shown = elementsOf(tree).filter(({ name }) => name === 'h1' || name === 'p')
  expect(shown.map(({ name, attributes }) => [name, attributes.class])).toEqual([['h1', 'headline leaking']])
  expect(textOf(tree)).toContain('pid 7 · server.js')
})
