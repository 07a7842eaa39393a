import { follow } from '../../../heap/v8/edges.js'
import { pathSteps, retainingPaths } from '../../../paths/retaining-paths.js'
import { isNodejsFile } from '../../../place.js'
import { expression, fileOf, inFile, type RetainingPath, type Rule } from './rule.js'

/**
 * What waits in a queue of Node.js: the buffer of a stream, the requests of an http.Agent, or the events of an
 * iterator.
 */
export const backlog: Rule = retaining =>
  ofAgent(retaining) ?? ofIterator(retaining) ?? ofStream(retaining) ?? ofWrite(retaining)

/** An iterator of events.on() collects events until they are consumed. */
function ofIterator(retaining: RetainingPath): ReturnType<Rule> {
  const { steps, retainer } = retaining
  if (!steps.some(({ edge }, at) => at <= retainer && edge === '->unconsumedEvents')) return undefined
  return {
    kind: 'array',
    isMany: true,
    name: 'events of an iterator of events.on()',
    subject: `Events that an iterator of events.on() has collected${inFile(retaining)}`,
    detail: 'nobody takes them',
    hint: 'Consume events as fast as they come (for await), end the iterator with return() or its { signal } when it is no longer read, or use on() of the emitter.',
  }
}

/** A stream that is written to faster than it is read. */
function ofStream(retaining: RetainingPath): ReturnType<Rule> {
  const { steps, retainer } = retaining
  const state = steps.findIndex(({ type }, at) => at <= retainer + 1 && states.test(type))
  // Objects in a listener's variables are not in the stream's buffer.
  if (state < 1 || steps.slice(state + 1, retainer + 1).some(({ edge }) => edge.startsWith('->'))) return undefined
  // A web stream has a separate state for its controller.
  const isWeb = steps[state]!.type.endsWith('Controller')
  const owner = isWeb && steps[state - 1]!.edge === '[Symbol(kState)]' ? state - 2 : state - 1
  if (owner < 0) return undefined
  const stream = steps[owner]!
  // A backlog in a stream that it is piped into belongs to that stream.
  if (steps[state + 1]?.edge === '.pipes') return retainer > state + 1 ? undefined : pipesOf(retaining, owner)
  const type = isWeb
    ? steps[state]!.type.replace(/(?:Default|Byte)?(?:Stream)?Controller$/, '').replace(/(?:Stream)?$/, 'Stream')
    : stream.type
  const named = expression(steps, owner)
  const file = fileOf(steps, retainer)
  const isNodejs = file === undefined || isNodejsFile(file)
  const of = /^(?:stdout|stderr)$/.test(named) && isNodejs ? `process.${named}` : named || type
  const writes = steps[state]!.type.startsWith('Writable')
  const name = `${writes ? 'write' : 'read'} backlog of ${of}`
  return {
    kind: 'buffer',
    name,
    subject: `${name[0]!.toUpperCase()}${name.slice(1)}${of === type ? '' : ` (${type})`}${isNodejs ? '' : inFile(retaining)}`,
    detail: writes ? 'what reads it is too slow' : 'nobody reads it',
    hint: writes
      ? "Write less, or pause when write() returns false until 'drain' (pipeline does); make sure that the other end reads."
      : isWeb
        ? 'Read it or cancel() it, also each branch of tee() and clone(); do not enqueue while desiredSize is 0 or less.'
        : 'Read it (resume, pipe, for await) or destroy it; do not push while push() returns false.',
  }
}

/** The streams that it is piped into: each is removed when it is closed or unpiped. */
function pipesOf({ steps, ...retaining }: RetainingPath, owner: number): ReturnType<Rule> {
  const { type } = steps[owner]!
  const of = expression(steps, owner) || type
  return {
    kind: 'array',
    isMany: true,
    // pipe() listens for 'data' and other events, and unpipe() ends that too.
    isCause: true,
    name: `pipes of ${of}`,
    subject: `Streams that ${of}${of === type ? '' : ` (${type})`}${inFile({ steps, ...retaining, retainer: owner })} is piped into`,
    hint: 'unpipe() each stream when its reader is gone, or destroy() it, which also unpipes it (pipeline does so for all of them).',
  }
}

const states =
  /^(?:WritableState|ReadableState|Readable(?:StreamDefault|ByteStream)Controller|WritableStreamDefaultController)$/

/**
 * Chunks in one pending system call: Node.js passes it everything that has accumulated, and it waits for the other end.
 */
function ofWrite({ heap, nodes, steps, retainer }: RetainingPath): ReturnType<Rule> {
  const chunks = steps.findIndex(({ edge }, at) => at <= retainer + 1 && edge === '._chunks')
  if (chunks < 1) return undefined
  const { graph } = heap
  const handle = follow(graph, nodes[chunks - 1]!, 'property', 'handle')
  const stream = handle && follow(graph, handle, 'property', '<symbol owner_symbol>')
  const path = stream && retainingPaths(graph, stream, 1)[0]
  if (path === undefined) return undefined
  const known = pathSteps(heap, path, Number.POSITIVE_INFINITY)
  const state = { edge: '._writableState', type: 'WritableState', name: '', location: null, id: 0 }
  // Treated as if they were still in the stream's buffer.
  return ofStream({
    heap,
    steps: [...known, { ...known.at(-1)!, ...state }],
    nodes: [...path.map(({ node }) => node), nodes[chunks]!],
    retainer: known.length,
    chained: false,
    anchors: false,
  })
}

/** More requests than its sockets can answer. */
function ofAgent(retaining: RetainingPath): ReturnType<Rule> {
  const { steps, retainer } = retaining
  const requests = steps.findIndex(
    ({ edge }, at) => at > 0 && at <= retainer && edge === '.requests' && /Agent$/.test(steps[at - 1]!.type),
  )
  if (requests < 0 || steps.at(-1)!.type !== 'ClientRequest') return undefined
  const agent = steps[requests - 1]!
  const of = expression(steps, requests - 1)
  return {
    kind: 'array',
    isMany: true,
    name: `waiting requests of ${of || agent.type}`,
    subject: `Requests that wait for a socket of ${of === '' ? agent.type : `${of} (${agent.type})`}${inFile(retaining)}`,
    detail: 'each socket of the agent is taken',
    hint: 'Read or destroy each response (response.resume()), give requests a time-out, or raise maxSockets: a socket is free when its response has ended.',
  }
}
