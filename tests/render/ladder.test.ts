import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ladder } from '../../src/render/ladder.js'
import type { Drawing } from '../../src/report/report.js'
import { hostileDrawing } from './hostile.js'

function sketch(edges: string, direction: Drawing['direction'] = 'refs'): Drawing {
  const pairs = edges.split(' ').map(pair => pair.split('>') as [string, string])
  const ids = [...new Set(pairs.flat())]
  const nodes = ids.map(
    (id, at) =>
      ({
        id,
        type: id,
        label: '',
        shallow: 1,
        retained: 1,
        role: at === 0 ? 'asked' : 'plain',
        depth: at === 0 ? 0 : 1,
      }) as const,
  )
  return {
    shape: 'drawing',
    title: '',
    direction,
    nodes,
    edges: pairs.map(([from, to]) => ({ from, to, type: 'property', label: '' })),
  }
}

function told(drawing: Drawing): string[] {
  return ladder(drawing).map(({ depth, node, again }) => '.'.repeat(depth) + node.id + (again ? ` ${again}` : ''))
}

test('an object is drawn at its nearest position, whatever comes first', () => {
  expect(told(sketch('a>b b>c c>d a>d'))).toEqual(['a', '.b', '..c', '...d elsewhere', '.d'])
})

test('a cycle ends at the object further up', () => {
  expect(told(sketch('a>b b>c c>a b>b'))).toEqual(['a', '.b', '..c', '...a ancestor', '..b ancestor'])
})

test('backrefs descend against the edges', () => {
  expect(told(sketch('a>b c>a d>c', 'backrefs'))).toEqual(['a', '.c', '..d', 'b', '.a elsewhere'])
})

test('every node and every edge has exactly one rung', () => {
  fc.assert(
    fc.property(hostileDrawing, drawing => {
      const rungs = ladder(drawing)
      const own = rungs.filter(({ again }) => !again).map(({ node }) => node.id)
      expect(own.sort()).toEqual(drawing.nodes.map(({ id }) => id).sort())
      const edges = rungs.flatMap(({ edge }) => (edge ? [edge] : []))
      expect(new Set(edges).size).toBe(edges.length)
      expect(new Set(edges)).toEqual(new Set(drawing.edges))
    }),
  )
})

test('a long chain needs no deep stack', () => {
  const chain = sketch(Array.from({ length: 3000 }, (_, at) => `n${at}>n${at + 1}`).join(' '))
  expect(ladder(chain).at(-1)!.depth).toBe(3000)
})
