import { LeakscopeError } from '../errors.js'
import type { Task } from '../task.js'
import { cutOff, damaged } from './damage.js'
import { type Header, readHeader } from './header.js'
import { Input } from './input.js'
import { Objects } from './objects.js'
import { Records } from './records.js'
import { type EmbedderGraph, type RootReference, readEmbedder, readIds, readRoots } from './sections.js'
import { oneByteTest } from './v8-layout.js'

/** A heap as it was read from memory, before anything has a name. */
export interface Dump {
  readonly header: Header
  readonly records: Records
  readonly roots: readonly RootReference[]
  /** By object: the id V8 has given out, or 0. Absent where it has given out none. */
  readonly ids: Uint32Array | undefined
  readonly embedder: EmbedderGraph | undefined
  readonly trailer: Readonly<Record<string, unknown>>
  /** What the child said behind its records, where it was asked to. */
  readonly beside: Readonly<Record<string, unknown>> | undefined
  /** Bytes of the dump. */
  readonly bytes: number
}

const magic = Buffer.from('LSHEAP\n\x01', 'latin1')
/** A process may have said something before its dump. */
const mostBefore = 2 ** 16
const mostReserved = 2 ** 24

/** Reads a dump while it arrives. Errors: BAD_SNAPSHOT, and CAPTURE where the dump says why it was not made. */
export async function readDump(parts: AsyncIterable<Uint8Array>, task: Task): Promise<Dump> {
  const input = new Input(parts, task.signal)
  try {
    await skipToMagic(input)
    return await readSections(input, task)
  } catch (error) {
    throw error instanceof LeakscopeError && error.code === 'BAD_SNAPSHOT' ? ((await tornAt(input)) ?? error) : error
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
    if (input.end - input.at > mostBefore || !(await input.more()))
      throw new LeakscopeError('BAD_SNAPSHOT', 'not a heap dump: it does not begin as one', {
        hint: 'Capture the heap again.',
      })
  }
}

const torn = Buffer.from('\nLSTORN X', 'latin1')
/** What a process that tears its dump says at the end of it is within so many bytes. */
const longestLastWords = 2000
const mostRest = 2 ** 26

/** Why a dump ends in the middle, where the process that made it said so in its last words. */
async function tornAt(input: Input): Promise<LeakscopeError | undefined> {
  const begin = input.position
  for (;;) {
    input.at = Math.max(input.at, input.end - longestLastWords)
    if (input.isLast || input.position - begin > mostRest) break
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
    const letter = String.fromCharCode(await input.byte('before its last section'))
    if (letter === 'X') throw refusal(await input.json('the reason'))
    if (letter === 'H' && header === undefined) {
      header = await readHeader(input)
      records = new Records()
      // What is claimed may not come: memory that is never written to costs nothing, but a claim may be of any size.
      records.reserveObjects(Math.min(header.nodes, mostReserved))
      records.reserveSlots(Math.min(header.slots, 4 * mostReserved))
      records.reserveRaws(Math.min(header.nodes, mostReserved))
      objects = new Objects(records, { ...header, isOneByte: oneByteTest(header) })
      continue
    }
    if (header === undefined || records === undefined || objects === undefined)
      throw damaged(position, 'begins a section before the header')
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
      const beside = await readBeside(input)
      return { header, records, roots, ids, embedder, trailer, beside, bytes: input.position }
    } else throw damaged(position, `begins a section \`${letter.replace(/[^ -~]/g, '?')}\` that cannot stand there`)
  }
}

/** The last section, if it is there; a child that fails to say it has written a whole heap all the same. */
async function readBeside(input: Input): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (!(await input.atLeast(1))) return undefined
  const position = input.position
  if ((await input.byte('behind the trailer')) !== 'L'.charCodeAt(0))
    throw damaged(position, 'begins what is no section')
  const said = await input.json('what the child says')
  if (await input.atLeast(1)) throw damaged(input.position, 'goes on behind the last section')
  return said
}

async function readChunk(input: Input, objects: Objects): Promise<void> {
  const begin = input.position
  const address = await input.number('where a chunk has its address')
  const readOnly = await input.byte('where a chunk says what it is')
  if (readOnly > 1) throw damaged(begin, `begins a chunk of the kind ${readOnly}`)
  const count = await input.number('where a chunk has its count')
  objects.chunk(begin, address, count, readOnly === 1)
  for (;;) {
    input.at = objects.take(input.bytes, input.at, input.end, input.isLast, input.position - input.at)
    if (objects.left === 0 && input.at <= input.end) return
    if (input.isLast) throw cutOff(input.position, `${objects.left} objects before the end of a chunk`)
    await input.more()
  }
}

/** The trailer counts what came before it: what is torn or mixed up does not agree. */
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
    if (trailer[key] !== value)
      throw damaged(position, `begins a trailer that counts ${trailer[key]} ${key}, where ${value} were read`)
  }
}

function refusal(json: Readonly<Record<string, unknown>>): LeakscopeError {
  const text = (value: unknown): string => String(value).slice(0, 500)
  const what = json.refused === undefined ? `a fault (${text(json.fault)})` : text(json.refused)
  return new LeakscopeError('CAPTURE', `the heap was not read from memory: ${text(json.message ?? what)}`, {
    hint: 'Capture with V8’s own writer: `--capture fork`.',
  })
}
