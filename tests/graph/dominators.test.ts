import { expect, test } from 'vitest'
import { dominators } from '../../src/graph/dominators.js'
import { preorder } from '../../src/graph/preorder.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { type Drawn, draw, heap } from '../draw.js'

/** Expects every word's node to be dominated by the node of the word it maps to. */
function expectDominators({ graph, node }: Drawn, expected: Readonly<Record<string, string>>): void {
  const dominatorOf = dominators(graph)
  for (const [word, dominator] of Object.entries(expected)) {
    expect(dominatorOf[node(word)], `dominator of ${word}`).toBe(node(dominator))
  }
}

test('the graph of the paper', () => {
  // Lengauer, Tarjan: A fast algorithm for finding dominators in a flowgraph (1979), figures 1 and 2.
  const drawn = heap`
    root.a = A
    root.b = B
    root.c = C
    A.d = D
    B.a = A
    B.d = D
    B.e = E
    C.f = F
    C.g = G
    D.l = L
    E.h = H
    F.i = I
    G.i = I
    G.j = J
    H.e = E
    H.k = K
    I.k = K
    J.i = I
    K.r = root
    K.i = I
    L.h = H
  `
  expectDominators(drawn, {
    ...{ A: 'root', B: 'root', C: 'root', D: 'root', E: 'root', H: 'root', I: 'root', K: 'root' },
    ...{ F: 'C', G: 'C', J: 'G', L: 'D' },
  })
})

test('what two nodes retain is dominated by their common dominator', () => {
  const drawn = heap`
    root.app = App 1
    App.cache = Cache 2
    App.index = Index 4
    Cache.entry = Session 8
    Index.entry = Session
    Session.buffer = Buffer 16
  `
  expectDominators(drawn, { Session: 'App', Buffer: 'Session' })
  const sizes = retainedSizes(drawn.graph)
  const retained = (word: string) => sizes[drawn.node(word)]
  expect([retained('Session'), retained('Cache'), retained('Index'), retained('App')]).toEqual([24, 2, 4, 31])
})

test('a weak edge retains nothing', () => {
  const drawn = heap`
    root.app = App 1
    App.owner = Owner 2
    Owner.session = Session 4
    App~seen = Session
  `
  expectDominators(drawn, { Session: 'Owner' })
})

test('the target of weak edges only hangs below the root, with what it dominates', () => {
  const drawn = heap`
    root.app = App 1
    App~dead = Dead 2
    Dead.more = More 4
    More.shared = Shared 8
    App.shared = Shared
  `
  expectDominators(drawn, { Dead: 'root', More: 'Dead', Shared: 'root' })
  expect(preorder(drawn.graph).reachable).toBe(3)
  expect(retainedSizes(drawn.graph)[0]).toBe(15)
})

test('the nodes of unreachable cycles hang below the root and dominate nothing else', () => {
  const drawn = heap`
    root.app = App 1
    App.thing = Thing 2
    One.other = Two 4
    Two.other = One 8
    Two.thing = Thing
  `
  expectDominators(drawn, { One: 'root', Two: 'root', Thing: 'App' })
  expect(retainedSizes(drawn.graph)[0]).toBe(15)
})

test('a WeakMap value is dominated by its key', () => {
  const drawn = heap`
    root.app = App 1
    App.key = Key 2
    App.weak = WeakMap 4
    WeakMap{table} = array:table 8
    array:table<Key> = Value 16
  `
  expectDominators(drawn, { Value: 'Key', Key: 'App' })
})

test('the program’s objects are not shared with V8’s own', () => {
  const drawn = heap`
    root^global = Global 1
    Global.session = Session 2
    root.gc = (GC roots)
    (GC roots)[0] = Session
  `
  // Without the rule, `(GC roots)` and Global would share the session, and the root would dominate it.
  expectDominators(drawn, { Session: 'Global' })
})

test('a shortcut not from the root repeats other edges', () => {
  const drawn = heap`
    root.app = App 1
    App.bound = Bound 2
    Bound{target} = Target 4
    App^target = Target
  `
  expectDominators(drawn, { Target: 'Bound' })
})

test('a list of a hundred thousand nodes needs no deep stack', () => {
  const length = 100_000
  const list = ['root.head = N0 1', ...Array.from({ length }, (_, at) => `N${at}.next = N${at + 1} 1`)]
  const back = Array.from({ length: 1000 }, (_, at) => `N${length - at}.back = N${at * 100}`)
  const { graph, node } = draw([...list, ...back].join('\n'))
  expect(retainedSizes(graph)[node('N0')]).toBe(length + 1)
  expect(dominators(graph)[node(`N${length}`)]).toBe(node(`N${length - 1}`))
})
