import type { NodeIndex } from '../../graph/heap-graph.js'
import { typeOf } from '../../graph/types.js'
import type { Place } from '../../place.js'
import type { PathStep } from '../../report/report.js'
import type { Heap } from '../heap.js'
import { type Hop, pathSteps, retainingPaths } from '../retaining-paths.js'
import type { Compared } from './born.js'
import { fingerprint } from './fingerprint.js'
import type { Growth } from './growth.js'
import { headline } from './headline.js'
import { type Clue, isProgram } from './kinds/clue.js'
import { type Named, named } from './kinds/index.js'
import type { Holder, Suspect } from './suspect.js'
import { wayTo } from './way.js'

/** More holders than this of the same objects are not told one by one. */
const mostHolders = 4

/** Turns growth into suspects: names, path, sentence. `rounds` lie between two heaps. Ranked by bytes gained. */
export function accuse(heap: Heap, compared: Compared, growths: readonly Growth[], rounds: number): Suspect[] {
  const suspects = growths.map(growth => suspectOf(heap, compared, growth, rounds))
  return joined(suspects)
    .sort((a, b) => b.leaked.bytes - a.leaked.bytes)
    .map((suspect, at) => ({ ...suspect, rank: at + 1 }))
}

function suspectOf(heap: Heap, compared: Compared, growth: Growth, rounds: number): Suspect {
  const { graph } = heap
  const { leaked } = growth
  const passed = (growth.bornBytes.length || 1) * rounds
  const rate = {
    type: leaked.type,
    count: sum(leaked.born),
    bytes: leaked.bytes,
    countPerRound: sum(leaked.born) / passed,
    bytesPerRound: leaked.bytes / passed,
  }
  const way = wayTo(graph, compared, new Set(growth.holders), leaked.example)
  const others = growth.holders.filter(node => node !== way[0]!.node).slice(0, mostHolders - 1)
  const clues = [
    clueOf(heap, way, leaked.chained),
    ...others.map(node => clueOf(heap, [{ node }, way.at(-1)!], leaked.chained)),
  ]
  const names = clues.map(named)
  // Timers of one ring are each other's holders; that there are several registries means several of one kind of thing.
  const told = names.filter(
    (name, at) => at === 0 || (isRegistry(name) && isRegistry(names[0]!) && name.name !== names[0]!.name),
  )
  const holders = told.map(name => holderOf(heap, clues[names.indexOf(name)]!, name))
  const [clue, first] = [clues[0]!, told[0]!]
  return {
    rank: 0,
    fingerprint: fingerprint(first.kind, clue.steps, leaked.type),
    headline: headline(
      told.map(({ subject }) => subject),
      rate,
      growth.kept.length,
      first.detail,
    ),
    holder: holders[0]!,
    leaked: rate,
    path: shortened(clue.steps),
    kind: first.kind,
    evidence: {
      by: 'identity',
      heaps: growth.kept.length,
      born: leaked.born,
      kept: growth.kept,
      levelling: isLevelling(growth),
      ...(holders.length > 1 ? { holders } : {}),
      hint: first.hint,
    },
  }
}

const isRegistry = ({ kind }: Named): boolean =>
  kind === 'map' || kind === 'set' || kind === 'array' || kind === 'object'

function clueOf(heap: Heap, way: readonly Hop[], chained: boolean): Clue {
  const above = retainingPaths(heap.graph, way[0]!.node, 1)[0] ?? [way[0]!]
  const hops = [...above, ...way.slice(1)]
  return { heap, steps: pathSteps(heap, hops), nodes: hops.map(({ node }) => node), holder: above.length - 1, chained }
}

function holderOf(heap: Heap, clue: Clue, name: Named): Holder {
  const node: NodeIndex = clue.nodes[clue.holder]!
  return {
    id: heap.graph.nodeId[node]!,
    type: typeOf(heap.graph, node),
    name: name.name,
    location: name.location ?? nearestPlace(clue),
  }
}

/** The nearest function or class of the program: on the way that holds the holder, else on the way to what it holds. */
function nearestPlace({ steps, holder }: Clue): Place | null {
  const near = [...steps.slice(0, holder + 1).reverse(), ...steps.slice(holder + 1)]
  return near.find(({ location }) => location !== null && isProgram(location))?.location ?? null
}

/** Two thirds of the gain gone from one interval to the next, or less gained while older things are let go: it fills up. */
function isLevelling({ kept, released }: Growth): boolean {
  const gains = kept.slice(1).map((bytes, at) => bytes - kept[at]!)
  if (gains.length < 2) return false
  const [last, before] = [gains.at(-1)!, sum(gains.slice(0, -1)) / (gains.length - 1)]
  return last < before / 3 || (last < 0.75 * before && released > 0.2 * sum(gains))
}

/** A thousand cells of a list say no more than the first and the last. */
function shortened(steps: readonly PathStep[]): PathStep[] {
  const same = (a: PathStep | undefined, b: PathStep | undefined): boolean => a?.edge === b?.edge && a?.type === b?.type
  return steps.filter(
    (step, at) => !(same(step, steps[at - 1]) && same(step, steps[at - 2]) && same(step, steps[at + 1])),
  )
}

/** Growth that has the same names is one leak: fifty tenants' caches. */
function joined(suspects: readonly Suspect[]): Suspect[] {
  const byFingerprint = new Map<string, Suspect>()
  for (const suspect of suspects) {
    const known = byFingerprint.get(suspect.fingerprint)
    if (known === undefined || known.leaked.bytes < suspect.leaked.bytes)
      byFingerprint.set(suspect.fingerprint, suspect)
  }
  return [...byFingerprint.values()]
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
