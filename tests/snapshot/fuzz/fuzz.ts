import { LeakscopeError } from '../../../src/errors.js'
import { distances } from '../../../src/graph/distances.js'
import { retainedSizes } from '../../../src/graph/retained-sizes.js'
import { types } from '../../../src/graph/types.js'
import { readSnapshot, readSnapshotNodes, type Snapshot } from '../../../src/snapshot/read.js'
import { sourceOf } from '../../../src/snapshot/source.js'
import { untold } from '../../../src/task.js'
import { draw } from '../../draw.js'
import { chunked, plain, written } from '../bytes.js'
import { definition } from '../definition.js'
import { damages } from './damage.js'
import { type Random, randomFrom } from './random.js'

/** The outcomes of reading the damaged snapshots. */
export interface Counts {
  readonly runs: number
  /** Refused with BAD_SNAPSHOT and a hint. */
  refused: number
  /** Read, and equal to the result of JSON.parse. */
  equal: number
  /** Read although JSON.parse refuses it: the damage is in an unused section. */
  read: number
  /** Anything else: a crash, another error, another graph, or a result that depends on the chunks. */
  readonly faults: Fault[]
}

export interface Fault {
  readonly seed: number
  readonly damages: readonly string[]
  readonly what: string
}

/** One of a hundred valid texts: drawing each anew would take most of the time. */
function sound(seed: number): string {
  const which = seed % 100
  texts[which] ??= drawnText(randomFrom(which))
  return texts[which]
}
const texts: string[] = []

/** A heap with everything the format has, long enough for the fast path of the reader. */
function drawnText(random: Random): string {
  const lines = Array.from({ length: 10 + random.below(60) }, (_, at) => {
    const size = random.pick([0, 16, 1000, 999_999_999, 4_294_967_296, 5_000_000_000])
    const place = random.chance(0.3) ? `at ${random.below(99)}:${random.below(9999)}:${random.below(99)}` : ''
    return `
      root.s${at} = Session#${at} ${size + at} ${place}
      Session#${at}[${random.pick([at, 4_294_967_290])}] = "text ${at} \\"quoted\\" \\u2603 \\ud83d\\ude00" 16
      Session#${at}~near = Session#${random.below(at + 1)} ${random.chance(0.1) ? 'detached' : ''}`
  })
  const { graph } = draw(lines.join('\n'))
  const traced = random.chance(0.3) ? { traceNode: Uint32Array.from(graph.nodeId, id => id % 2) } : {}
  return written({ ...graph, ...traced }).replaceAll(',\n', random.pick(['\n,', ',', ',\n', ' ,\t']))
}

/** Damages `runs` snapshots, each with its own seed, and reads each in three ways. */
export async function fuzz(
  runs: number,
  firstSeed: number,
  progress: (done: number) => void = () => {},
): Promise<Counts> {
  const counts: Counts = { runs, refused: 0, equal: 0, read: 0, faults: [] }
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const random = randomFrom(seed)
    const done: string[] = []
    let text = sound(seed)
    for (let left = 1 + random.below(3); left > 0; left--) {
      const damage = random.pick(damages)
      done.push(damage.name)
      text = damage.apply(text, random)
    }
    const lengths = Array.from({ length: 1 + random.below(5) }, () => 1 + random.below(2000))
    try {
      counts[await outcome(text, lengths)]++
    } catch (error) {
      counts.faults.push({ seed, damages: done, what: error instanceof Error ? (error.stack ?? '') : String(error) })
    }
    if ((seed + 1 - firstSeed) % 1000 === 0) progress(seed + 1 - firstSeed)
  }
  return counts
}

async function outcome(text: string, lengths: readonly number[]): Promise<'refused' | 'equal' | 'read'> {
  const bytes = Buffer.from(text)
  const whole = await read(bytes, [Math.max(1, bytes.length)])
  const inParts = await read(bytes, lengths)
  const nodes = await readSnapshotNodes(sourceOf(chunked(bytes, lengths)), untold).catch(known)
  const cut = await readSnapshotNodes(sourceOf(chunked(bytes, lengths)), untold, 'read').catch(known)
  if (whole instanceof Error || inParts instanceof Error) {
    if (!(whole instanceof Error && inParts instanceof Error)) throw new Error('refused by where the chunks end')
    // Whether a long number is too large or has no end depends on where a chunk ends.
    if (words(whole) !== words(inParts)) throw new Error(`refused as\n${whole.message}\nand\n${inParts.message}`)
    return 'refused'
  }
  same(plain(whole.graph), plain(inParts.graph), 'in one chunk and in many')
  if (nodes instanceof Error || cut instanceof Error) throw new Error('its nodes are refused, and the whole is not')
  same([...nodes.graph.nodeName], [...whole.graph.nodeName], 'of the nodes alone and of the whole')
  makesSense(whole)
  const said = definition(text)
  if (said === undefined) return 'read'
  for (const [key, value] of Object.entries(said))
    same((plain(whole.graph) as Record<string, unknown>)[key], value, `of ${key} and what JSON.parse says`)
  return 'equal'
}

const read = (bytes: Buffer, lengths: readonly number[]): Promise<Snapshot | Error> =>
  readSnapshot(sourceOf(chunked(bytes, lengths)), untold).catch(known)

function known(error: unknown): Error {
  if (error instanceof LeakscopeError && error.code === 'BAD_SNAPSHOT' && error.hint?.endsWith('.')) return error
  throw error
}

const words = ({ message }: Error): string =>
  message.replace(/^.*number (without end|greater than any).*$/, 'a number too great')

const text = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (ArrayBuffer.isView(part) ? Array.from(part as Uint8Array) : part))

function same(a: unknown, b: unknown, what: string): void {
  if (text(a) !== text(b)) throw new Error(`two answers, ${what}`)
}

/** No kernel may fail on a heap that the reader accepted. */
function makesSense({ graph }: Snapshot): void {
  if (graph.firstEdge.at(-1) !== graph.edgeCount) throw new Error('edges that are of no node')
  for (const to of graph.edgeTo) if (to >= graph.nodeCount) throw new Error('an edge to no node')
  for (const name of graph.nodeName) if (name >= graph.strings.length) throw new Error('a name that is none')
  retainedSizes(graph)
  distances(graph)
  types(graph)
}
