import { LeakscopeError } from '../errors.js'
import type { Task } from '../task.js'
import { cutOff, damaged } from './damage.js'
import { type Header, readHeader } from './header.js'
import { Input } from './input.js'
import { Objects } from './objects.js'
import { Records } from './records.js'
import { type EmbedderGraph, type RootReference, readEmbedder, readIds, readRoots } from './sections.js'
import { oneByteTest } from './v8-layout.js'

/** A heap as read from memory, before names are resolved. */
export interface Dump {
  readonly header: Header
  readonly records: Records
  readonly roots: readonly RootReference[]
  /** By object: the id that V8 has assigned, or 0. Absent if it has assigned none. */
  readonly ids: Uint32Array | undefined
  readonly embedder: EmbedderGraph | undefined
  readonly trailer: Readonly<Record<string, unknown>>
  /** What the child measured and wrote after its records, if requested. */
  readonly measurements: Readonly<Record<string, unknown>> | undefined
  /** Bytes of the dump. */
  readonly bytes: number
}

const magic = Buffer.from('LSHEAP\n\x01', 'latin1')
/** The process may print warnings before its dump. */
const longestPreamble = 2 ** 16
const maxReserved = 2 ** 24

/** Reads a dump while it arrives. Errors: BAD_SNAPSHOT; CAPTURE if the dump contains the reason why it failed. */
export async function readDump(parts: AsyncIterable<Uint8Array>, task: Task): Promise<Dump> {
  const input = new Input(parts, task.signal)
  try {
    await skipToMagic(input)
    return await readSections(input, task)
  } catch (error) {
    throw error instanceof LeakscopeError && error.code === 'BAD_SNAPSHOT'
      ? ((await reasonAtEnd(input)) ?? error)
      : error
  } finally {
    await input.close()
  }
}

async function skipToMagic(input: Input): Promise<void> {
  for (;;) {
    const found = input.bytes.subarray(0, input.end).indexOf(magic, input.at)
    if (found >= 0) {
      input.at = found + magic.length
      return
    }
    if (input.end - input.at > longestPreamble || !(await input.more()))
      throw new LeakscopeError('BAD_SNAPSHOT', 'not a heap dump: its first bytes are missing', {
        hint: 'Capture the heap again.',
      })
  }
}

const torn = Buffer.from('\nLSTORN X', 'latin1')
/** A process that fails in the middle writes the reason into the last bytes, at most this many. */
const longestReason = 2000
const longestRest = 2 ** 26

/** The reason why a dump ends in the middle, if the process wrote it at the end. */
async function reasonAtEnd(input: Input): Promise<LeakscopeError | undefined> {
  const begin = input.position
  for (;;) {
    input.at = Math.max(input.at, input.end - longestReason)
    if (input.isLast || input.position - begin > longestRest) break
    await input.more()
  }
  const end = input.bytes.subarray(input.at, input.end)
  const at = end.lastIndexOf(torn)
  if (at < 0) return undefined
  input.at += at + torn.length
  return refusal(await input.json('the reason'))
}

async function readSections(input: Input, task: Task): Promise<Dump> {
  let header: Header | undefined
  let records: Records | undefined
  let objects: Objects | undefined
  let roots: RootReference[] = []
  let ids: Uint32Array | undefined
  let embedder: EmbedderGraph | undefined
  for (let parts = 0; ; parts++) {
    const position = input.position
    const letter = String.fromCharCode(await input.byte('the next section'))
    if (letter === 'X') throw refusal(await input.json('the reason'))
    if (letter === 'H' && header === undefined) {
      header = await readHeader(input)
      records = new Records()
      // The header may claim any size. Memory that is never written to costs nothing, so the claim is used up to a
      // limit.
      records.reserveObjects(Math.min(header.nodes, maxReserved))
      records.reserveSlots(Math.min(header.slots, 4 * maxReserved))
      records.reserveRaws(Math.min(header.nodes, maxReserved))
      objects = new Objects(records, { ...header, isOneByte: oneByteTest(header) })
      continue
    }
    if (header === undefined || records === undefined || objects === undefined)
      throw damaged(position, 'a section precedes the header')
    const done = objects.isWhole
    if (letter === 'R' && records.count === 0 && roots.length === 0) roots = await readRoots(input, header.nodes)
    else if (letter === 'C' && !done) {
      await readChunk(input, objects)
      if (parts % 64 === 0) task.progress('reading', records.count / header.nodes)
    } else if (letter === 'I' && done && ids === undefined) ids = await readIds(input, header.nodes)
    else if (letter === 'E' && done && embedder === undefined) embedder = await readEmbedder(input, header.nodes)
    else if (letter === 'Z' && done) {
      const trailer = await input.json('the trailer')
      compare(trailer, objects, records, position)
      const measurements = await readMeasurements(input)
      return { header, records, roots, ids, embedder, trailer, measurements, bytes: input.position }
    } else throw damaged(position, `unexpected section \`${letter.replace(/[^ -~]/g, '?')}\``)
  }
}

/** The optional last section; without it, the heap is still whole. */
async function readMeasurements(input: Input): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (!(await input.atLeast(1))) return undefined
  const position = input.position
  if ((await input.byte('the section after the trailer')) !== 'L'.charCodeAt(0))
    throw damaged(position, 'unexpected data after the trailer')
  const measurements = await input.json('the measurements')
  if (await input.atLeast(1)) throw damaged(input.position, 'unexpected data after the last section')
  return measurements
}

async function readChunk(input: Input, objects: Objects): Promise<void> {
  const begin = input.position
  const address = await input.number('the address of a chunk')
  const readOnly = await input.byte('the kind of a chunk')
  if (readOnly > 1) throw damaged(begin, `a chunk of kind ${readOnly}`)
  const count = await input.number('the number of objects in a chunk')
  objects.chunk(begin, address, count, readOnly === 1)
  for (;;) {
    input.at = objects.take(input.bytes, input.at, input.end, input.isLast, input.position - input.at)
    if (objects.left === 0 && input.at <= input.end) return
    if (input.isLast) throw cutOff(input.position, `the end of a chunk, ${objects.left} objects,`)
    await input.more()
  }
}

/** Compares the trailer's counts with what was read. */
function compare(
  trailer: Readonly<Record<string, unknown>>,
  objects: Objects,
  records: Records,
  position: number,
): void {
  const counted = {
    objects: records.count,
    ...objects.counts,
    sum: objects.counts.sum >>> 0,
    shapes: records.shapes.length,
  }
  for (const [key, value] of Object.entries(counted)) {
    if (trailer[key] !== value) throw damaged(position, `the trailer has ${key} ${trailer[key]}, but ${value} was read`)
  }
}

function refusal(json: Readonly<Record<string, unknown>>): LeakscopeError {
  const text = (value: unknown): string => String(value).slice(0, 500)
  const what = json.refused === undefined ? `a fault (${text(json.fault)})` : text(json.refused)
  return new LeakscopeError('CAPTURE', `the heap was not read from memory: ${text(json.message ?? what)}`, {
    hint: 'Capture with V8’s own snapshot writer: `--capture fork`.',
  })
}
