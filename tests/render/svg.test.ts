import { expect, test } from 'vitest'
import { LeakscopeError } from '../../src/errors.js'
import { layOut } from '../../src/render/layout.js'
import { svg } from '../../src/render/svg.js'
import { crowd, noEnvelope, plainLook, reportOf, sessions } from './reports.js'
import { elementsOf, readXml, textOf } from './xml.js'

test('a drawing has a shape for every object and an arrow for every edge', async () => {
  const picture = readXml(await svg.render(reportOf(sessions), noEnvelope, plainLook))
  const classes = elementsOf(picture).map(({ attributes }) => attributes.class)
  expect(picture).toMatchObject({ name: 'svg', attributes: { 'aria-label': sessions.title } })
  expect(classes.filter(name => name === 'node')).toHaveLength(sessions.nodes.length)
  expect(classes.filter(name => name === 'edge')).toHaveLength(sessions.edges.length)
})

test('a click on an object shows it, one on an arrow its target; tooltips have full names', async () => {
  const elements = elementsOf(readXml(await svg.render(reportOf(sessions), noEnvelope, plainLook)))
  const ids = elements.flatMap(({ attributes }) => attributes.id ?? [])
  expect(ids).toContain('o3001')
  const links = elements.filter(({ name }) => name === 'a')
  expect(links.length).toBeGreaterThan(sessions.nodes.length)
  for (const { attributes } of links) expect(ids).toContain(attributes.href!.slice(1))
  const told = links.map(link => textOf(link)).join()
  expect(told).toContain('Session [3]\n4 keys\n@3001')
})

test('an empty drawing is an empty picture', async () => {
  expect(readXml(await svg.render(reportOf(), noEnvelope, plainLook)).name).toBe('svg')
})

test('labels that begin with a line break break nothing, drawn twice', async () => {
  const nodes = sessions.nodes.map(node => ({ ...node, type: '\n', label: '\nx', extra: '\n' }))
  const edges = sessions.edges.map(edge => ({ ...edge, label: '\n.x' }))
  const report = reportOf({ ...sessions, nodes, edges })
  expect(await svg.render(report, noEnvelope, plainLook)).toBe(await svg.render(report, noEnvelope, plainLook))
})

test('200 objects with 200 cross references are drawn in seconds', async () => {
  const started = performance.now()
  expect(readXml(await svg.render(reportOf(crowd(200, 200)), noEnvelope, plainLook)).name).toBe('svg')
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('a layout that takes too long is ended, with a hint', async () => {
  const edges = Array.from({ length: 3000 }, (_, at) => `n${(at * 7919) % 499} -> n${(at * 104729) % 503}`)
  const started = performance.now()
  const failure = await layOut(`digraph { ${edges.join(';')} }`, 500).catch(reason => reason)
  expect(failure).toBeInstanceOf(LeakscopeError)
  expect(failure).toMatchObject({ code: 'OUTPUT', hint: expect.stringContaining('--max-depth') })
  expect(failure.message).toBe('drawing took longer than 0.5 s: too many edges cross')
  expect(performance.now() - started).toBeLessThan(5000)
})

test('invalid dot is refused with a message', async () => {
  const failure = await layOut('digraph { "').catch(reason => reason)
  expect(failure).toMatchObject({ code: 'OUTPUT', message: expect.stringContaining('Graphviz could not draw this') })
})

test('a text fits its box in any substitute for Helvetica', async () => {
  const elements = elementsOf(readXml(await svg.render(reportOf(sessions), noEnvelope, plainLook)))
  const text = elements.find(each => each.name === 'text' && textOf(each).startsWith('onTimeout'))!
  const box = elements.find(each => each.attributes.id === 'o2002')!
  const corners = elementsOf(box).flatMap(
    ({ attributes: { points, d } }) => (points ?? d ?? '').match(/-?[\d.]+(?=,)/g) ?? [],
  )
  const width = Math.max(...corners.map(Number)) - Math.min(...corners.map(Number))
  expect(text.attributes['font-family']).toBe('Helvetica,Arial,sans-serif')
  // The letters of DejaVu Sans are 0.55 em wide on average.
  expect(width).toBeGreaterThan(textOf(text).length * 0.55 * 12)
})
