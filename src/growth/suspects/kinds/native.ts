import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../../graph/heap-graph.js'
import { incoming } from '../../../graph/incoming.js'
import { typeOf, types } from '../../../graph/types.js'
import { describe } from '../../../heap/describe.js'
import { placeOf } from '../../../heap/places.js'
import { hasReferrer } from '../../../heap/references.js'
import { follow } from '../../../heap/v8/edges.js'
import { eachListeners } from '../../../heap/v8/listeners.js'
import { oddballOf } from '../../../heap/v8/primitives.js'
import { isProgramPlace, type Place } from '../../../place.js'
import { expression, functionText, inFile, type Named, type RetainingPath, type Rule } from './rule.js'

/** Objects that no object of the program retains: handles of C++ code, such as open sockets and running requests. */
export const native: Rule = retaining => {
  const { steps, nodes, heap, retainer } = retaining
  const { type, name } = steps[retainer]!
  const root = nodes[retainer] === heap.graph.root
  if (type !== '(synthetic)' && !root && !type.startsWith('Node / ')) return undefined
  const owned = ofObject(retaining)
  if (owned !== undefined) return owned
  const group = heap.graph.strings.at(heap.graph.nodeName[nodes[retainer]!]!) || '(GC roots)'
  const table = steps.slice(retainer, retainer + 2).some(({ edge }) => /symbol_table/.test(edge))
    ? '(Symbol registry)'
    : group
  const { subject, hint, isMany, leaked } = roots[table] ?? handles(retaining, group)
  const use = useOf(heap.graph, nodes.at(-1)!)
  // For HTTP, the listeners belong to Node.js and to the server framework.
  if (use !== undefined && use !== uses.halfOpen)
    return { kind: 'native', name: name || table, subject, isMany: true, ...use }
  const listens = listenerOf(retaining)
  const details = [
    ...(use === undefined ? [] : [use.detail]),
    ...(listens === undefined
      ? []
      : [
          `each with a listener of '${listens.event}', ${functionText({ name: describe(heap, listens.listener), location: listens.location })}`,
        ]),
  ]
  return {
    kind: 'native',
    name: name || table.replace(/^\((.*)\)$/, '$1'),
    subject,
    ...(isMany ? { isMany } : {}),
    ...(leaked === undefined ? {} : { leaked }),
    ...(details.length === 0 ? {} : { detail: details.join('; ') }),
    ...(listens === undefined ? {} : { location: listens.location }),
    hint: use?.hint ?? hint,
  }
}

/** What C++ keeps for an object that the program has a name for: the rules of a BlockList. */
function ofObject(retaining: RetainingPath): Named | undefined {
  const { steps, retainer } = retaining
  let at = steps.slice(0, retainer + 1).findLastIndex(({ edge }) => edge === '{javascript_to_native}') - 1
  // Node.js wraps what C++ made.
  while (at > 0 && /^(?:\[Symbol\(k?[hH]andle\)\]|\._handle)$/.test(steps[at]!.edge)) at--
  const name = at > 0 ? expression(steps, at) : ''
  if (name === '') return undefined
  const { type } = steps[at]!
  return {
    kind: 'native',
    name,
    subject: `The native side of ${type} ${name}${inFile({ ...retaining, retainer: at })}`,
    leaked: steps.at(-1)!.type.replace(/^Node \/ /, ''),
    hint: `C++ keeps these for the ${type} and lets go of them with it: take out what is done with, if it has a method for that, or make a new one now and then.`,
  }
}

interface Meaning {
  readonly subject: string
  readonly hint: string
  readonly isMany?: true
  readonly leaked?: string
}

interface Listens {
  readonly event: string
  readonly listener: NodeIndex
  readonly location: Place
}

/** Why sockets are open, by a feature that most of them have. */
const uses = {
  unanswered: {
    detail: 'with requests that nobody has answered (ServerResponse)',
    hint: 'End each response, also on errors and on each path of a handler (response.end()), and give the server a time-out.',
  },
  free: {
    detail: 'free sockets that an http.Agent keeps alive',
    hint: 'Create one http.Agent with keepAlive and use it for all requests, or destroy() each Agent when its work is done.',
  },
  halfOpen: {
    detail: 'made with allowHalfOpen, so that they stay open when the other end has ended',
    hint: "end() or destroy() each socket on its 'end', also after errors and time-outs: with allowHalfOpen Node.js does not.",
  },
} as const

/**
 * Why leaked sockets are open: whether most of those at one end wait for an HTTP response, wait in an Agent for the
 * next request, or for an end() that Node.js leaves to the program.
 */
function useOf(graph: HeapGraph, leaked: NodeIndex): (typeof uses)[keyof typeof uses] | undefined {
  const { of, names } = types(graph)
  if (!/^(?:TCP|Pipe|TLSWrap)$/.test(names[of[leaked]!]!)) return undefined
  const times = { unanswered: 0, free: 0, halfOpen: 0 }
  let looked = 0
  for (let node = graph.nodeCount - 1; node >= 0 && looked < sample; node--) {
    if (of[node] !== of[leaked]) continue
    looked++
    const socket = follow(graph, node, 'property', '<symbol owner_symbol>')
    const message = socket && follow(graph, socket, 'property', '_httpMessage')
    const events = socket && follow(graph, socket, 'property', '_events')
    if (message !== undefined && typeOf(graph, message) === 'ServerResponse') times.unanswered++
    else if (events !== undefined && follow(graph, events, 'property', 'agentRemove') !== undefined) {
      if (message === undefined || oddballOf(graph, message, true) === null) times.free++
    } else if (socket !== undefined && message === undefined && isHalfOpen(graph, socket)) times.halfOpen++
  }
  // If a program makes requests to itself, the other half are the opposite ends.
  const http = times.unanswered >= times.free ? 'unanswered' : 'free'
  const use = times.halfOpen > times[http] ? 'halfOpen' : http
  return times[use] >= oftenEnough * looked ? uses[use] : undefined
}

/** An HTTP server creates all its sockets with allowHalfOpen, and ends them itself. */
function isHalfOpen(graph: HeapGraph, socket: NodeIndex): boolean {
  const half = follow(graph, socket, 'property', 'allowHalfOpen')
  const parser = follow(graph, socket, 'property', 'parser')
  const isHttp = parser !== undefined && oddballOf(graph, parser, true) !== null
  return half !== undefined && oddballOf(graph, half, undefined) === true && !isHttp
}

/**
 * Limits of the search around a handle: the number of objects, and of referrers to an object, since a server has many
 * sockets.
 */
const maxAbout = 200
const maxReferrers = 20

/**
 * The number of leaked objects sampled, youngest first, and the share with the same listener: one end of a channel may
 * have none.
 */
const sample = 50
const oftenEnough = 0.25

/**
 * The program's function that listens to the leaked objects, or to an object near them: often nothing else of the
 * program leads to an open handle. A C++ handle leads to its JavaScript owner, and that to what it serves. Costs a pass
 * over the nodes.
 */
function listenerOf({ heap, nodes }: RetainingPath): Listens | undefined {
  const { graph } = heap
  const found = new Map<NodeIndex, Listens>()
  eachListeners(graph, ({ emitter, event, listeners }) => {
    for (const one of found.has(emitter) ? [] : listeners) {
      const location = placeOf(heap, one)
      if (!isProgramPlace(location)) continue
      found.set(emitter, { event, listener: one, location })
      break
    }
  })
  if (found.size === 0) return undefined
  const leaked = nodes.at(-1)!
  const own = listenerAbout(graph, leaked, found)
  if (own !== undefined) return own
  const { of } = types(graph)
  const tally = new Map<string, { times: number; listens: Listens }>()
  let looked = 0
  for (let node = graph.nodeCount - 1; node >= 0 && looked < sample; node--) {
    if (of[node] !== of[leaked]) continue
    looked++
    const listens = listenerAbout(graph, node, found)
    if (listens === undefined) continue
    const { file, line, column } = listens.location
    const place = `${listens.event} ${file}:${line}:${column}`
    tally.set(place, { times: (tally.get(place)?.times ?? 0) + 1, listens })
  }
  const [most] = [...tally.values()].sort((a, b) => b.times - a.times)
  return most !== undefined && most.times >= oftenEnough * looked ? most.listens : undefined
}

function listenerAbout(
  graph: HeapGraph,
  leaked: NodeIndex,
  found: ReadonlyMap<NodeIndex, Listens>,
): Listens | undefined {
  const { first } = incoming(graph)
  const about = new Set([leaked])
  for (const node of about) {
    const listens = found.get(node)
    if (listens !== undefined) return listens
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]! && about.size < maxAbout; edge++) {
      const to = graph.edgeTo[edge]!
      const isOwn = first[to + 1]! - first[to]! <= maxReferrers && nodeTypeOf(graph, to) === 'object'
      if (isOwn && edgeTypeOf(graph, edge) === 'property') about.add(to)
    }
  }
  return undefined
}

/** The meaning of V8's groups of GC roots. */
const roots: Readonly<Record<string, Meaning>> = {
  '(Symbol registry)': {
    subject: 'The global symbol registry (Symbol.for)',
    hint: 'Symbol.for keeps every name forever: call it with a fixed set of names, and keep external data in a Map.',
  },
  '(Stack roots)': {
    subject: 'A function that is running (local variables on the stack)',
    hint: 'Let the function return, or clear its variables: an endless loop keeps everything in its variables.',
  },
  '(Handle scope)': {
    subject: 'Native code that is running (its open handle scopes)',
    hint: 'A native addon that loops must open a handle scope in each iteration (napi_open_handle_scope, HandleScope).',
  },
  '(Micro tasks)': {
    subject: 'The queue of microtasks',
    hint: 'Promises are settled faster than their reactions run: yield to the event loop (await setImmediate) in between.',
  },
  '(Traced handles)': {
    subject: 'C++ objects with a garbage-collected side (traced handles)',
    isMany: true,
    hint: 'Close or destroy what was opened; a long-lived C++ object keeps the rest.',
  },
  '(Eternal handles)': {
    subject: 'Handles that are never freed (eternal handles)',
    isMany: true,
    hint: 'A native addon creates eternal handles repeatedly; they are meant for objects that are created once.',
  },
}

/** Classes that own a MessagePort. */
const withPorts = ['Worker', 'BroadcastChannel']

/** By the class of the object that C++ keeps: how to end it. */
const ends: readonly (readonly [RegExp, string, string])[] = [
  [
    /BroadcastChannel/,
    'Broadcast channels that are open',
    'Close each BroadcastChannel when its work is done (channel.close()), or make one for each name and use it for all messages.',
  ],
  [
    /MessagePort|MessageChannel/,
    'Message ports that are open',
    'Close each port when its work is done: port.close(); one closed end closes the other.',
  ],
  [/^Worker/, 'Worker threads that run', 'End each worker (worker.terminate()), or use a pool of a fixed size.'],
  [
    /Socket|TCP|Pipe|TLS|Server|Http2|UDP/,
    'Sockets and servers that are open',
    'Close or destroy each socket and server, also after errors and time-outs.',
  ],
  [
    /StatWatcher/,
    'Files that fs.watchFile() watches',
    'Call fs.unwatchFile(file, listener) when the file is no longer needed, also when it was removed.',
  ],
  [/FSWatcher|FSEvent/, 'File watchers that are open', 'Close each watcher: watcher.close().'],
  [
    /FileHandle|FSReq|ReadStream|WriteStream/,
    'Files that are open',
    'Close each file handle, also after errors (await using, try … finally).',
  ],
  [
    /^JSBindingsConnection$/,
    'Inspector sessions that are connected',
    'disconnect() each Session of node:inspector when its work is done, also after errors: it keeps what its listeners refer to, and logged values.',
  ],
  [
    /^HTTPParser$/,
    'HTTP parsers that were not freed',
    'close() each parser that is made with new HTTPParser, also when its request fails; one that a package makes may be freed in a newer version of it: look for packages that intercept requests.',
  ],
  [/ChildProcess|^Process$/, 'Child processes that run', 'End each child process, or wait for it.'],
  [
    /Zlib|Gzip|Brotli|Inflate|Deflate|Zstd/,
    'Compression streams that are open',
    'Close each stream: stream.close() or destroy(), also after errors.',
  ],
]

/** Node.js' record of a URL from URL.createObjectURL(). */
const objectUrl = /^Node \/ StoredDataObject$/

const blobs: Meaning = {
  subject: 'Blobs that have an object URL (URL.createObjectURL)',
  leaked: 'Blob',
  isMany: true,
  hint: 'Call URL.revokeObjectURL() when the URL is no longer needed: until then Node.js keeps the Blob and its bytes.',
}

const http2Sessions: Meaning = {
  subject: "HTTP/2 sessions that are open (kept by Node.js' handles)",
  isMany: true,
  hint: 'close() each session when its streams are done, also after errors, or use one session for all requests to a server.',
}

/** Whether a socket's handle serves an HTTP/2 session. */
function isHttp2(graph: HeapGraph, handle: NodeIndex): boolean {
  const socket = follow(graph, handle, 'property', '<symbol owner_symbol>')
  if (socket === undefined) return false
  for (let edge = graph.firstEdge[socket]!; edge < graph.firstEdge[socket + 1]!; edge++)
    if (edgeTypeOf(graph, edge) === 'property' && /Http2Session$/.test(typeOf(graph, graph.edgeTo[edge]!))) return true
  return false
}

function handles({ heap: { graph }, steps, nodes, retainer }: RetainingPath, group: string): Meaning {
  const named = (node: NodeIndex): string => graph.strings.at(graph.nodeName[node]!)
  const isUrls = (node: NodeIndex): boolean =>
    named(node) === 'Node / Blob' ? hasReferrer(graph, node, objectUrl) : named(node).includes('StoredDataObject')
  if (nodes.slice(retainer).some(isUrls)) return blobs
  if (isHttp2(graph, nodes.at(-1)!)) return http2Sessions
  // The ports of a worker thread are closed by ending it, that of a BroadcastChannel by closing that.
  const types = steps
    .slice(retainer + 1)
    .map(({ type, name }) => (type === '(synthetic)' ? name : type).replace(/^Node \/ /, ''))
  const isOf = (owner: string): boolean => hasReferrer(graph, nodes.at(-1)!, new RegExp(`^${owner}$`))
  const owner = types.at(-1) === 'MessagePort' ? withPorts.find(isOf) : undefined
  const known = ends.find(([is]) => (owner === undefined ? types : [owner]).some(type => is.test(type)))
  if (known !== undefined) return { subject: `${known[1]} (kept by Node.js' handles)`, isMany: true, hint: known[2] }
  return {
    subject:
      group === '(Global handles)'
        ? 'Native code, by handles of its own (global handles)'
        : `Native code (${group.replace(/^\((.*)\)$/, '$1')})`,
    hint: 'Close or destroy what was opened: sockets, streams, servers, workers, file handles. If it is none of these, a native addon keeps references (napi_create_reference, Persistent) that it does not delete.',
  }
}
