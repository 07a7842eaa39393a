import { distances, unreachable } from '../graph/distances.js'
import { edgeTypeNumber, type HeapGraph, nodeTypeNumber, nodeTypes } from '../graph/heap-graph.js'
import { retaining } from '../graph/retaining.js'
import { types } from '../graph/types.js'
import { modules } from './modules.js'

/**
 * The shortest retaining paths of one or many heaps laid over each other: objects at the end of the same names and types share a
 * route. Array indexes, dictionary keys and the inside of collections are one step `[]`; a list of any length is one step too.
 * Routes need no object ids, so they compare heaps of different sessions, processes and deploys.
 *
 * After BLeak's heap paths: Vilk and Berger, "BLeak: Automatically Debugging Memory Leaks in Web Applications", PLDI 2018.
 */
export class Routes {
  /** By route: the route it continues, what leads here (`.cache`, `->limit`, `[]`), and the type at its end. Route 0 is the root. */
  readonly above: number[] = [0]
  readonly step: string[] = ['']
  readonly type: string[] = ['']
  /** By heap added, by route: objects at its end. */
  readonly counts: Uint32Array[] = []
  /** By heap added, by route: their bytes, and those of V8's internals beyond them. */
  readonly bytes: Float64Array[] = []
  readonly #known = new Map<string, number>()

  /** Lays one more heap over those before. By node: its route. */
  add(graph: HeapGraph): Uint32Array {
    const routeOf = routesOf(graph, this)
    const counts = new Uint32Array(this.above.length)
    const bytes = new Float64Array(this.above.length)
    const isPassed = passed(graph)
    const code = [nodeTypeNumber('code'), nodeTypeNumber('object shape')]
    for (let node = 0; node < graph.nodeCount; node++) {
      const route = routeOf[node]!
      if (!isPassed(node)) counts[route]!++
      if (!code.includes(graph.nodeType[node]!)) bytes[route]! += graph.selfSize[node]!
    }
    this.counts.push(counts)
    this.bytes.push(bytes)
    return routeOf
  }

  /** The route one step beyond another. A step that was just taken to the same type (a list, a tree) leads nowhere new. */
  beyond(route: number, step: string, type: string): number {
    let before = route
    // Scopes lie in scopes, each with variables of its own.
    const ring = step.startsWith('{') ? 1 : longestRing
    for (let back = 0; back < ring && before !== 0; back++, before = this.above[before]!) {
      if (this.step[before] === step && this.type[before] === type) return before
    }
    const key = `${route} ${step} ${type}`
    let next = this.#known.get(key)
    if (next === undefined) {
      next = this.above.push(route) - 1
      this.step.push(step)
      this.type.push(type)
      this.#known.set(key, next)
    }
    return next
  }

  /** A route in one line: `->sessions Map[] Session`. */
  text(route: number): string {
    const steps: string[] = []
    for (let at = route; at !== 0; at = this.above[at]!) steps.push(`${this.step[at]} ${this.type[at]}`)
    return steps.reverse().join('')
  }
}

/** A structure that comes back to the same type within so many steps is taken as one that repeats. */
const longestRing = 4

function routesOf(graph: HeapGraph, routes: Routes): Uint32Array {
  const { nodeCount, edgeTo } = graph
  const via = wayIn(graph)
  const { of, names } = types(graph)
  const isPassed = passed(graph)
  const stepOf = steps(graph)
  const isCode = Uint8Array.from(nodeTypes, type => (type === 'code' || type === 'object shape' ? 1 : 0))
  const unknown = 0xffffffff
  const routeOf = new Uint32Array(nodeCount).fill(unknown)
  routeOf[graph.root] = 0
  for (const [node, name] of modules(graph)) routeOf[node] = routes.beyond(0, name, 'module')
  // A million Sessions ask the same question; the answer is kept by the three numbers it follows from.
  const known = new Map<number, Map<number, number>>()
  const beyond = (route: number, step: string, stepNumber: number, type: number): number => {
    let here = known.get(route)
    if (here === undefined) {
      here = new Map()
      known.set(route, here)
    }
    const question = stepNumber * names.length + type
    let answer = here.get(question)
    if (answer === undefined) {
      answer = routes.beyond(route, step, names[type]!)
      here.set(question, answer)
    }
    return answer
  }

  const up: number[] = []
  for (let start = 0; start < nodeCount; start++) {
    let node = start
    while (routeOf[node] === unknown) {
      up.push(node)
      // What no retaining path reaches ends on the root's route.
      if (via.edge[node] === unknown) break
      node = via.from[node]!
    }
    while (up.length > 0) {
      const at = up.pop()!
      const edge = via.edge[at]!
      if (edge === unknown) {
        routeOf[at] = 0
        continue
      }
      const from = via.from[at]!
      const above = routeOf[from]!
      const [step, number] = stepOf(from, edge, isPassed(from))
      // Names of functions and properties come and go with compiled code.
      if (isCode[graph.nodeType[from]!] === 1) routeOf[at] = 0
      else routeOf[at] = isPassed(edgeTo[edge]!) ? above : beyond(above, step, number, of[at]!)
    }
  }
  return routeOf
}

/** By node: the edge by which a shortest path arrives, and where it comes from. */
function wayIn(graph: HeapGraph): { from: Uint32Array; edge: Uint32Array } {
  const { nodeCount, root, firstEdge, edgeTo } = graph
  const distance = distances(graph)
  const retains = retaining(graph)
  const best = { from: new Uint32Array(nodeCount), edge: new Uint32Array(nodeCount).fill(0xffffffff) }
  const nearest = new Uint32Array(nodeCount).fill(unreachable)
  for (let from = 0; from < nodeCount; from++) {
    for (let edge = firstEdge[from]!; edge < firstEdge[from + 1]!; edge++) {
      const to = edgeTo[edge]!
      // Only a way from nearer the root can be part of a shortest path, and only such ways cannot form a ring.
      if (to === root || retains[edge] === 0 || distance[from]! >= distance[to]!) continue
      if (from !== root && distance[from]! >= nearest[to]!) continue
      nearest[to] = from === root ? 0 : distance[from]!
      best.from[to] = from
      best.edge[to] = edge
    }
  }
  return best
}

/** V8's internals are passed through: what they lead to continues the route of the object they belong to. */
function passed(graph: HeapGraph): (node: number) => boolean {
  const types = (['array', 'hidden', 'code', 'object shape'] as const).map(nodeTypeNumber)
  const is = new Uint8Array(256)
  for (const type of types) is[type] = 1
  return node => is[graph.nodeType[node]!] === 1
}

/** An object with more properties than this is used as a dictionary, whatever its keys look like. */
const dictionary = 40

/** The step an edge is, and a number that stands for it in this heap. */
export function steps(
  graph: HeapGraph,
): (from: number, edge: number, fromInternal: boolean) => readonly [string, number] {
  const { edgeType, edgeName, strings, firstEdge } = graph
  const property = edgeTypeNumber('property')
  const context = edgeTypeNumber('context')
  const internal = edgeTypeNumber('internal')
  const any = ['[]', 0] as const
  const known = new Map<number, readonly [string, number]>()
  return (from, edge, fromInternal) => {
    const type = edgeType[edge]!
    if (fromInternal || (type !== property && type !== context && type !== internal)) return any
    if (type === property && firstEdge[from + 1]! - firstEdge[from]! > dictionary) return any
    const name = edgeName[edge]!
    let step = known.get(name * 8 + type)
    if (step === undefined) {
      const text = strings.at(name)
      if (type === context) step = [`->${text}`, known.size + 1]
      else if (type === internal) step = /^\d/.test(text) ? any : [`{${text}}`, known.size + 1]
      else step = isKey(text) ? any : [`.${text}`, known.size + 1]
      known.set(name * 8 + type, step)
    }
    return step
  }
}

/** Whether a property reads like a key a program made up (`/a.html`, `user-7`) rather than one a programmer wrote. */
const isKey = (name: string): boolean => !name.startsWith('<symbol') && !/^[\p{L}$_#][\p{L}$_]*\d?$/u.test(name)
