import { eachEdgeTo } from '../graph/edges-to.js'
import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import { type Group, grouped, retainedByGroup, retainedByNearestGroup } from '../heap/groups.js'
import type { Heap } from '../heap/heap.js'
import { placeOf } from '../heap/places.js'
import { inside } from '../heap/v8/edges.js'
import { isModuleScope, isScope } from '../heap/v8/scopes.js'
import { isProgramPlace, type Place } from '../place.js'
import { standard } from '../report/columns.js'
import { counted, sized } from '../units.js'
import { flag, type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { choice, count, cutNote, limit, pattern } from './ask/options.js'

/** A variable in scopes that are still alive. */
export interface KeptVariable {
  readonly name: string
  /** The type of most of its values. */
  readonly type: string
  /** The sum of the bytes that its values retain, limited to what all the scopes retain. */
  readonly retained: number
}

/** The scopes left by calls of one function (or by iterations of one block in it). */
export interface ScopeGroup extends Group {
  /** `closure scope of makeHandler()`. */
  readonly scope: string
  readonly nodes: NodeIndex[]
  /**
   * Live functions that share the scopes, or close over an inner scope: their text (`serve src/u.ts:12:3`) and number.
   */
  readonly functions: readonly { readonly text: string; readonly count: number; readonly location: Place | undefined }[]
  /** Scopes that no function closes over, but something else retains, such as a suspended function. */
  readonly withoutFunction: number
  /** Largest retained size first. */
  readonly variables: readonly KeptVariable[]
  /** Bytes that would be freed with the scopes. */
  readonly retained: number
  /** The part that no inner function's scope retains: this function is responsible for it, not one inside it. */
  readonly own: number
}

const orders = ['own', 'retained', 'count'] as const

/**
 * Scopes of function calls that are still alive, by function, largest own retained size first. All functions created by
 * a call share one scope with every variable that any of them uses, so a variable may be kept for a function that no
 * longer exists. Costs the dominators.
 */
export function closures(heap: Heap, order: (typeof orders)[number] = 'own'): ScopeGroup[] {
  const { graph } = heap
  const groups = grouped<Group & { readonly info: NodeIndex }>()
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isScope(graph, node)) continue
    // All scopes of one place in the source share V8's scope info.
    const info = inside(graph, node, 'scope_info')
    if (info !== undefined) groups.add(String(info), node, () => ({ info, nodes: [] }))
  }
  const retained = retainedByGroup(graph, groups.all)
  const own = retainedByNearestGroup(graph, groups.all)
  const size = (group: Sized): number => (order === 'count' ? group.nodes.length : group[order])
  return groups.all
    .map(({ nodes }, at): Sized => ({ nodes, retained: retained[at]!, own: own[at]! }))
    .sort((a, b) => size(b) - size(a) || b.retained - a.retained)
    .map(group => lazily(heap, group))
}

type Sized = Group & Pick<ScopeGroup, 'retained' | 'own'>

/** Computes the description of a group lazily, since there may be thousands. */
function lazily(heap: Heap, group: Sized): ScopeGroup {
  const { nodes, retained, own } = group
  let users: ReturnType<typeof usersOf> | undefined
  let variables: KeptVariable[] | undefined
  const use = (): ReturnType<typeof usersOf> => {
    users ??= usersOf(heap, nodes)
    return users
  }
  return {
    nodes,
    retained,
    own,
    get scope() {
      return describe(heap, nodes[0]!)
    },
    get functions() {
      return use().functions
    },
    get withoutFunction() {
      return use().withoutFunction
    },
    get variables() {
      variables ??= variablesOf(heap, group)
      return variables
    },
  }
}

function usersOf(heap: Heap, scopes: readonly NodeIndex[]): Pick<ScopeGroup, 'functions' | 'withoutFunction'> {
  const { graph } = heap
  const users = grouped<Group & { readonly text: string }>()
  let withoutFunction = 0
  for (const scope of scopes) {
    const found = new Set<NodeIndex>()
    addUsers(graph, scope, found)
    for (const user of found) {
      const text = describe(heap, user)
      users.add(text, user, () => ({ text, nodes: [] }))
    }
    if (found.size === 0) withoutFunction++
  }
  const functions = users.all
    .map(({ text, nodes }) => ({ text, count: nodes.length, location: placeOf(heap, nodes[0]!) }))
    .sort((a, b) => b.count - a.count)
  return { functions, withoutFunction }
}

/** The maximum nesting of inner scopes whose functions count as users of the outer scope. */
const deepest = 3

/** The functions that close over a scope or an inner scope: each of them retains it. */
function addUsers(graph: HeapGraph, scope: NodeIndex, found: Set<NodeIndex>, depth = 1): void {
  const within: NodeIndex[] = []
  eachEdgeTo(graph, scope, (_edge, user, retains) => {
    if (!retains) return
    if (nodeTypeOf(graph, user) === 'closure') found.add(user)
    else if (isScope(graph, user)) within.push(user)
  })
  if (depth < deepest) for (const inner of within) addUsers(graph, inner, found, depth + 1)
}

function variablesOf({ graph }: Heap, { nodes, retained }: Group & { readonly retained: number }): KeptVariable[] {
  const sizes = retainedSizes(graph)
  const variables = new Map<string, { bytes: number; most: number; types: Map<string, number> }>()
  for (const scope of nodes) {
    for (let edge = graph.firstEdge[scope]!; edge < graph.firstEdge[scope + 1]!; edge++) {
      if (edgeTypeOf(graph, edge) !== 'context') continue
      const name = graph.strings.at(graph.edgeName[edge]!)
      const value = graph.edgeTo[edge]!
      const variable = variables.get(name) ?? { bytes: 0, most: 0, types: new Map<string, number>() }
      const type = typeOf(graph, value)
      variable.bytes += sizes[value]!
      variable.most = Math.max(variable.most, sizes[value]!)
      variable.types.set(type, (variable.types.get(type) ?? 0) + 1)
      variables.set(name, variable)
    }
  }
  return [...variables]
    .map(([name, { bytes, most, types }]) => ({
      name,
      type: [...types].sort((a, b) => b[1] - a[1])[0]![0],
      // Each value may retain the previous one, so that the sum counts some bytes repeatedly.
      retained: Math.min(bytes, Math.max(most, retained)),
    }))
    .sort((a, b) => b.retained - a.retained)
}

const options = {
  sort: choice('--sort', 'the order', orders, 'own'),
  limit: limit('how many functions', 10),
  filter: pattern('--filter', 'only functions whose scope or users match'),
  min: count('--min', 'only functions with at least n live scopes', 1),
  all: flag('--all', "also the scopes of modules, and of Node.js' own functions"),
}

/** `leakscope closures`: functions that left scopes behind, their variables, and what retains them. */
export const closuresAnalysis: HeapAnalysis = heapAnalysis({
  name: 'closures',
  summary: 'Scopes that outlive their function call: by function, what they retain, by which variables, shared by what',
  heaps: 1,
  options,
  run(heap, { sort, limit, filter, min, all: also }) {
    const most = closures(heap, sort).filter(({ nodes }) => nodes.length >= min)
    const all = also ? most : most.filter(group => isProgram(group) && !isModule(heap, group))
    const wanted =
      filter === undefined
        ? all
        : all.filter(({ scope, functions }) => filter(scope) || functions.some(({ text }) => filter(text)))
    const shown = wanted.slice(0, limit)
    const [first] = shown
    return {
      title: 'Closure scopes',
      ...(first === undefined ? {} : { headline: headline(first) }),
      sections: [
        {
          shape: 'table',
          title: 'Scopes by function',
          columns: [
            { key: 'count', title: 'Scopes', unit: 'count' },
            { key: 'own', title: 'Own', unit: 'bytes' },
            standard.retained,
            standard.oneId,
            { key: 'scope', title: 'Scope', unit: 'text' },
            { key: 'variables', title: 'Variables, by what they retain', unit: 'text' },
            { key: 'functions', title: 'Shared by', unit: 'text' },
          ],
          rows: shown.map(({ nodes, own, retained, scope, variables, functions, withoutFunction }) => ({
            count: nodes.length,
            own,
            retained,
            id: heap.graph.nodeId[nodes[0]!]!,
            scope,
            variables: few(variables.map(({ name, type, retained }) => `${name}: ${type} ${sized(retained)}`)),
            functions: few([
              ...functions.map(({ text, count }) => (count > 1 ? `${counted(count)} × ${text}` : text)),
              ...(withoutFunction > 0 ? [`${counted(withoutFunction)} by no function`] : []),
            ]),
          })),
        },
      ],
      notes: [
        ...cutNote(shown.length, wanted.length, 'functions'),
        ...(all.length < most.length
          ? [
              `${counted(most.length - all.length)} scopes of modules and of Node.js itself were left out; --all has them`,
            ]
          : []),
        ...(shown.some(({ own, retained }) => own < retained)
          ? ['Own is what the scopes retain, without the part that scopes of inner functions also retain.']
          : []),
        'A heap does not show which function reads which variable: one that no function under Shared by uses is kept for a function that is gone.',
      ],
    }
  },
})

/**
 * Whether a function of the program shares the scopes: V8's own have no location, and Node.js' are in `node:` files.
 */
const isProgram = ({ functions, scope }: ScopeGroup): boolean =>
  functions.length === 0
    ? !scope.startsWith('closure scope of an anonymous function')
    : functions.some(({ location }) => isProgramPlace(location))

/** The variables of a module are meant to live as long as the program. */
const isModule = ({ graph }: Heap, { nodes }: ScopeGroup): boolean =>
  nodes.length === 1 && isModuleScope(graph, nodes[0]!)

function headline({ nodes, scope, retained, variables, functions }: ScopeGroup): string {
  const [variable] = variables
  const [user] = functions
  return [
    `${counted(nodes.length)} × ${scope}, retaining ${sized(retained)}`,
    ...(variable === undefined ? [] : [`most of it by ${variable.name}`]),
    ...(user === undefined ? [] : [`shared by ${user.text}`]),
  ].join(', ')
}

const few = (texts: readonly string[], most = 3): string =>
  texts.slice(0, most).join(', ') + (texts.length > most ? `, ${counted(texts.length - most)} more` : '')
