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

/** A variable of a function whose scopes live on. */
export interface KeptVariable {
  readonly name: string
  /** Of most of its values. */
  readonly type: string
  /** Bytes that its values retain, added up, but never more than all the scopes do where that is more than any one of them. */
  readonly retained: number
}

/** The scopes that calls of one function (or rounds of one block in it) left behind. */
export interface ScopeGroup extends Group {
  /** `closure scope of makeHandler()`. */
  readonly scope: string
  readonly nodes: NodeIndex[]
  /** Functions that live and share the scopes, or close over a scope within: their text (`serve  src/u.ts:12:3`), and how many there are. */
  readonly functions: readonly { readonly text: string; readonly count: number; readonly location: Place | undefined }[]
  /** Scopes that no function closes over: something else keeps them, such as a function that is paused. */
  readonly withoutFunction: number
  /** Those that retain most first. */
  readonly variables: readonly KeptVariable[]
  /** Bytes that would be freed with the scopes. */
  readonly retained: number
  /** Bytes of those that no scope of another function within keeps: what makes this function, and none inside it, the one to look at. */
  readonly own: number
}

const orders = ['own', 'retained', 'count'] as const

/**
 * Scopes of function calls that live on, by function, those first that retain most of their own. All functions that a call makes share
 * one scope, and V8 keeps in it whatever any of them uses: a variable may be kept for a function that is gone.
 */
export function closures(heap: Heap, order: (typeof orders)[number] = 'own'): ScopeGroup[] {
  const { graph } = heap
  const groups = grouped<Group & { readonly info: NodeIndex }>()
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isScope(graph, node)) continue
    // All scopes of one place in the source share V8's description of it.
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

/** There may be thousands of functions: what is said of each is made when it is asked for. */
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

/** How deep a scope may stand in scopes to be told with the functions that keep the outer one. */
const deepest = 3

/** The functions that close over a scope, or over one within it: each of them keeps it. */
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
      // Each may keep the one before: then the sum counts the last of them again and again.
      retained: Math.min(bytes, Math.max(most, retained)),
    }))
    .sort((a, b) => b.retained - a.retained)
}

const options = {
  sort: choice('--sort', 'what comes first', orders, 'own'),
  limit: limit('how many functions', 10),
  filter: pattern('--filter', 'only functions whose scope or users match'),
  min: count('--min', 'only where at least so many scopes live', 1),
  all: flag('--all', "also the scopes of modules, and of Node.js' own functions"),
}

/** `leakscope closures`: which functions left scopes behind, what is in them, and who keeps them. */
export const closuresAnalysis: HeapAnalysis = heapAnalysis({
  name: 'closures',
  summary: 'Scopes that outlive their function: by function, what they retain, which variables, who shares them',
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
          ? ['Own is what a function retains but for what scopes of other functions within keep of it.']
          : []),
        'A heap does not say which function reads which variable: a variable that no function under Shared by uses is kept for one that is gone.',
      ],
    }
  },
})

/** Whether a function of the program shares the scopes: V8's own have no place, and Node.js' stand in `node:` files. */
const isProgram = ({ functions, scope }: ScopeGroup): boolean =>
  functions.length === 0
    ? !scope.startsWith('closure scope of an anonymous function')
    : functions.some(({ location }) => isProgramPlace(location))

/** The variables of a module live as long as the program, and are meant to. */
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
