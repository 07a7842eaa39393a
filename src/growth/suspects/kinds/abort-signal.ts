import { edgeTypeNumber, type HeapGraph, type NodeIndex } from '../../../graph/heap-graph.js'
import { describe } from '../../../heap/describe.js'
import { placeOf } from '../../../heap/places.js'
import { eachReference } from '../../../heap/references.js'
import { follow } from '../../../heap/v8/edges.js'
import { eachListeners } from '../../../heap/v8/listeners.js'
import { oddballOf } from '../../../heap/v8/primitives.js'
import { isDeadWeakRef } from '../../../heap/v8/weak-cells.js'
import { pathSteps, retainingPaths } from '../../../paths/retaining-paths.js'
import { expression, fileOf, functionText, type RetainingPath, type Rule } from './rule.js'

/**
 * Node.js' own Sets of signals made by AbortSignal.any() and AbortSignal.timeout(): those with listeners, and those
 * that depend on a signal.
 */
const sets = /^(?:->gcPersistentSignals|\[Symbol\(kDependantSignals\)\])$/

/** Signals that AbortSignal.any() made from a long-lived signal: each stays as long as it has a listener. */
export const abortSignal: Rule = retaining => {
  const { heap, nodes, steps, retainer } = retaining
  const isOwnSet = steps.some(({ edge }, at) => at <= retainer && sets.test(edge))
  const at = steps.findIndex(
    ({ type }, step) => step > retainer && /^(?:AbortSignal|EventTarget|WeakRef|SafeWeakRef)$/.test(type),
  )
  const { graph } = heap
  const left = leftBy(retaining)
  if (left !== undefined) return left
  if (!isOwnSet || at < 0) return undefined
  const signal = targetOf(graph, nodes[at]!) ?? nodes[at]!
  const source = sourcesOf(graph, signal)[0]
  const of = source === undefined ? undefined : nameOf(retaining, source)
  const listener = listenerOf(graph, signal)
  const called = listener && { name: describe(heap, listener), location: placeOf(heap, listener) ?? null }
  const what = source === undefined ? 'AbortSignals with listeners' : 'AbortSignal.any() signals'
  const hasAborted = isAborted(graph, signal)
  const details = [
    ...(hasAborted ? ['kept though they have aborted'] : []),
    ...(called === undefined ? [] : [`each listener ${functionText(called)}`]),
  ]
  return {
    kind: 'listener',
    leaked: 'AbortSignal',
    isMany: true,
    isCause: true,
    name: of === undefined ? what : `${what} of ${of.name}`,
    subject: `${what}${of === undefined ? '' : ` that depend on ${of.name}${of.file === undefined ? '' : ` in ${of.file}`}`}`,
    ...(details.length === 0 ? {} : { detail: details.join('; ') }),
    ...(called === undefined ? {} : { location: called.location }),
    hint: hasAborted
      ? "Remove the 'abort' listener when the work is done: this version of Node.js keeps a signal that AbortSignal.any() made as long as it has a listener, even after it has aborted."
      : "Remove the 'abort' listener when the work is done ({ once: true } does so only when it aborts), or abort the signal of that piece of work; Node.js keeps a dependent signal as long as it has a listener.",
  }
}

const isAborted = (graph: HeapGraph, signal: NodeIndex): boolean => {
  const aborted =
    follow(graph, signal, 'property', '<symbol kAborted>') ?? follow(graph, signal, 'property', '#aborted')
  return aborted !== undefined && oddballOf(graph, aborted, undefined) === true
}

/** Node.js' lists of the sources and of the dependants of signals made by AbortSignal.any(). */
const leavings = /^(?:->sourceSignalsCleanupRegistry|\[Symbol\(kDependantSignals\)\])$/

/** The WeakRefs that AbortSignal.any() leaves in a long-lived signal after the signals it made are gone. */
function leftBy(retaining: RetainingPath): ReturnType<Rule> {
  const { heap, nodes, steps, retainer } = retaining
  const { graph } = heap
  const at = steps.findIndex(({ edge }, step) => step <= retainer && leavings.test(edge))
  const last = nodes.at(-1)!
  const refs = [last, ...sourceRefs.flatMap(name => follow(graph, last, 'property', name) ?? [])]
  if (at < 1 || !refs.some(node => isDeadWeakRef(graph, node))) return undefined
  const source = steps[at]!.edge.startsWith('->')
    ? refs.map(node => targetOf(graph, node)).find(node => node !== undefined)
    : nodes[at - 1]
  const of = source === undefined ? undefined : nameOf(retaining, source)
  const where =
    of === undefined ? 'a signal that lives on' : `${of.name}${of.file === undefined ? '' : ` in ${of.file}`}`
  return {
    kind: 'set',
    leaked: 'WeakRef',
    isCause: true,
    name: `what AbortSignal.any() leaves in ${of?.name ?? 'a signal'}`,
    subject: `What AbortSignal.any() leaves behind in ${where}`,
    detail: 'the signals that it made are gone',
    hint: 'This version of Node.js keeps something for each call of AbortSignal.any() as long as one of its signals lives: use a newer one (24 releases it), or listen to the long-lived signal and remove the listener when the work is done.',
  }
}

const sourceRefs = ['sourceSignalRef', 'composedSignalRef']

/** What a WeakRef refers to. */
function targetOf(graph: HeapGraph, node: NodeIndex): NodeIndex | undefined {
  const weak = edgeTypeNumber('weak')
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    if (graph.edgeType[edge] === weak && graph.strings.at(graph.edgeName[edge]!) === 'target')
      return graph.edgeTo[edge]!
  }
  return undefined
}

/** The signals on which a signal made by AbortSignal.any() depends, those with most dependants first. */
function sourcesOf(graph: HeapGraph, signal: NodeIndex): NodeIndex[] {
  const refs = follow(graph, signal, 'property', '<symbol kSourceSignals>')
  if (refs === undefined) return []
  return members(graph, refs)
    .flatMap(ref => targetOf(graph, ref) ?? [])
    .map(source => ({
      source,
      dependants: members(graph, follow(graph, source, 'property', '<symbol kDependantSignals>')),
    }))
    .sort((a, b) => b.dependants.length - a.dependants.length)
    .map(({ source }) => source)
}

function members(graph: HeapGraph, set: NodeIndex | undefined): NodeIndex[] {
  const found: NodeIndex[] = []
  if (set !== undefined) eachReference(graph, set, node => void found.push(node))
  return found
}

function nameOf({ heap }: RetainingPath, signal: NodeIndex): { name: string; file: string | undefined } | undefined {
  const [path] = retainingPaths(heap.graph, signal, 1)
  if (path === undefined) return undefined
  const steps = pathSteps(heap, path, Number.POSITIVE_INFINITY)
  const name = expression(steps, steps.length - 1).replace(/(?:\.#signal|\[Symbol\(signal\)\])$/, '.signal')
  return name === '' ? undefined : { name, file: fileOf(steps, steps.length - 1) }
}

function listenerOf(graph: HeapGraph, signal: NodeIndex): NodeIndex | undefined {
  let found: NodeIndex | undefined
  eachListeners(graph, ({ emitter, listeners }) => {
    if (emitter === signal) found ??= listeners[0]
  })
  return found
}
