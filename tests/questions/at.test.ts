import { expect, test } from 'vitest'
import { atAnalysis } from '../../src/questions/at.js'
import { nativeHeldAnalysis } from '../../src/questions/native-held.js'
import { pathAnalysis } from '../../src/questions/path.js'
import { refsAnalysis } from '../../src/questions/refs.js'
import type { Report } from '../../src/report/report.js'
import { heap } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'

const shop = heapOf(heap`
  root^global = global 1 @11
  global.cache = Cache 2 @21
  Cache.session = Session 4 @31
  Session.user = User 8 @41
  User.session = Session
  root[1] = native:Handle
  native:Handle.kept = Forgotten 16 @51
  Forgotten.more = More 32 @53
`)
const lines = ({ sections }: Report): string[] =>
  sections.flatMap(section =>
    section.shape === 'path' ? [section.steps.map(({ edge, type }) => `${edge}${edge && ' '}${type}`).join(' ')] : [],
  )

test('at describes objects, with the number of references to each, and its retainers', () => {
  const report = ask(atAnalysis, shop, {}, '@31 @1001 41')
  expect(rowsOf(report)).toMatchObject([
    { id: 31, type: 'Session', shallow: 4, references: 2, root: 'no' },
    { id: 41, type: 'User', references: 1 },
  ])
  expect(lines(report)).toHaveLength(2)
  expect(report.notes).toEqual(['No object @1001 is in this heap.'])
  expect(rowsOf(ask(atAnalysis, shop, {}, '@11'))).toMatchObject([{ id: 11, root: 'yes' }])
})

test('at explains an invalid id', () => {
  expect(() => ask(atAnalysis, shop, {}, '@1001')).toThrow(/no object @1001/)
  expect(() => ask(atAnalysis, shop, {}, 'Session')).toThrow(/not an object id/)
  expect(() => ask(atAnalysis, shop, {}, '')).toThrow(/which object/)
})

test('objects that only C++ retains are shown by type and retained size', () => {
  const report = ask(nativeHeldAnalysis, shop, { filter: '/^(Forgotten|More|Session)$/' })
  expect(rowsOf(report)).toEqual([{ type: 'Forgotten', count: 1 }])
  expect(report.sections[1]).toMatchObject({ rows: [{ id: 51, retained: 48 }] })
})

test('a chain runs along the references to the wanted object, and back from a module or the wanted object', () => {
  const chain = (words: Record<string, string | true | readonly string[]>) =>
    lines(ask(pathAnalysis, shop, { id: ['@31'], ...words }))
  expect(chain({ to: 'User' })).toEqual(['Session .user User'])
  expect(chain({ backrefs: true })).toEqual(['global .cache Cache .session Session'])
  expect(chain({ backrefs: true, to: '@21' })).toEqual(['Cache .session Session'])
  expect(chain({ backrefs: true, to: '/^Us/' })).toEqual(['User .session Session'])
})

test('there is no chain if it is too long, or if only ignored objects are on it', () => {
  const none = (words: Record<string, string | true | readonly string[]>) => {
    const report = ask(pathAnalysis, shop, { id: ['@31'], backrefs: true, ...words })
    expect(report.sections).toEqual([])
    return report.notes[0]
  }
  expect(none({ maxDepth: '1' })).toBe('No chain of 1 references or fewer was found for @31.')
  expect(none({ ignore: ['Cache'] })).toMatch(/^No chain of 20/)
  expect(() => ask(pathAnalysis, shop, { id: ['@31'], to: 'Sesion' })).toThrow(/no object of type/)
})

test('attributes for Graphviz go to the matching objects', () => {
  const report = ask(refsAnalysis, shop, {
    id: ['@21'],
    nodeAttrs: ['penwidth=1', 'Session:penwidth=3,color=red'],
  })
  const [drawing] = report.sections
  if (drawing?.shape !== 'drawing') throw new Error('no drawing')
  expect(drawing.nodes.map(({ type, attributes }) => [type, attributes])).toEqual([
    ['Cache', { penwidth: '1' }],
    ['Session', { penwidth: '3', color: 'red' }],
    ['User', { penwidth: '1' }],
  ])
  expect(() => ask(refsAnalysis, shop, { id: ['@21'], nodeAttrs: ['Session'] })).toThrow(/takes attributes/)
})
