import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freedWith } from '../../src/graph/freed-with.js'
import { retaining } from '../../src/graph/retaining.js'
import { heap } from '../draw.js'
import { runs } from '../support/runs.js'

test('what two objects retain together is freed with both, and with neither alone', () => {
  const { graph, node } = heap`
    root.first = Timer#1 1
    root.second = Timer#2 2
    Timer#1.connection = Connection 4
    Timer#2.connection = Connection
    Connection.inbox = Array 8
    Timer#1.shared = Config 16
    root.config = Config
  `
  expect(freedWith(graph, [node('Timer#1')])).toBe(1)
  expect(freedWith(graph, [node('Timer#1'), node('Timer#2')])).toBe(15)
  expect(freedWith(graph, [node('Connection'), node('Connection')])).toBe(12)
  expect(freedWith(graph, [])).toBe(0)
})

test('equals what becomes unreachable', () => {
  const size = 8
  const edges = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 24 })
  fc.assert(
    fc.property(edges, fc.subarray([...Array(size).keys()]), (links, chosen) => {
      const word = (at: number): string => (at === 0 ? 'root' : `N#${at}`)
      const { graph, node } = heap`
        ${[...Array(size).keys()].map(at => `${word(at)} ${at === 0 ? '' : 2 ** at}`).join('\n')}
        ${links.map(([from, to], at) => `${word(from)}.p${at} = ${word(to)}`).join('\n')}
      `
      const gone = new Set(chosen.filter(at => at !== 0).map(at => node(word(at))))
      const reach = (starts: Iterable<number>, barred: ReadonlySet<number>): Set<number> => {
        const seen = new Set(starts)
        for (const from of seen) {
          for (let edge = graph.firstEdge[from]!; edge < graph.firstEdge[from + 1]!; edge++) {
            const to = graph.edgeTo[edge]!
            if (retaining(graph)[edge] === 1 && !barred.has(to)) seen.add(to)
          }
        }
        return seen
      }
      const stays = reach([0], gone)
      const freed = [...reach(gone, new Set())].filter(at => !stays.has(at))
      expect(freedWith(graph, gone)).toBe(freed.reduce((sum, at) => sum + graph.selfSize[at]!, 0))
    }),
    { numRuns: runs(1000) },
  )
})
