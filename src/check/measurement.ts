import type { Census } from '../heap/census.js'
import type { Notes } from './notes.js'
import type { CapturedHeap, CheckTarget, MemoryReading } from './target.js'
import type { TimeLimit } from './time-limit.js'

/** How the memory of a round is measured: in the target, or in the child that is forked to capture it. */
export interface Measurement {
  /** After a round of warm-up. */
  warmedUp(): Promise<void>
  /** Reads memory after the work of a round, before its heap is captured. */
  read(round: number): Promise<void>
  /** After a heap was captured. Gives how the next round is measured: a capture may turn out not to leave the process as it was. */
  captured(capture: Capture): Promise<Measurement>
}

/** What is known of a capture once it is there. */
interface Capture {
  readonly living: CapturedHeap['living'] | undefined
  readonly types: Census
  readonly inChild: boolean
  /** Whether no round follows. */
  readonly isLast: boolean
}

/** Writes readings down as they come. */
export class Readings {
  /** What captures added to the process, in bytes: strings that V8 made flat, ids it gave out. */
  readonly added: { heapUsed: number; external: number } = { heapUsed: 0, external: 0 }
  /** Whether a capture has left memory in the process that it does not give back. */
  touched = false
  readonly #notes: Notes
  readonly #began: number = performance.now()

  constructor(notes: Notes) {
    this.#notes = notes
  }

  now(): number {
    return (performance.now() - this.#began) / 1000
  }

  /** Notes a round. `living` is its memory as a child counted it, `compiled` the bytes of V8's code in it that are not counted. */
  note(at: Moment, reading: MemoryReading, living?: CapturedHeap['living'], compiled = 0): void {
    const { added, touched } = this
    const { privateDirty, heapTotal, ...rest } = reading
    // The room V8 has, not what it uses of it: pages it keeps for later are no native memory.
    this.#notes.native.push((privateDirty ?? rest.uss ?? rest.rss) - heapTotal - rest.external)
    const { heapUsed, external, arrayBuffers } = living ?? rest
    this.#notes.memory.push({ ...at, ...rest, heapUsed, external, arrayBuffers, touched })
    this.#notes.own.push({ heapUsed: heapUsed - added.heapUsed - compiled, external: external - added.external })
  }
}

interface Moment {
  readonly round: number
  /** Since the first round began. */
  readonly seconds: number
}

type Within = TimeLimit['within']

/** The process collects its garbage before each reading. What a capture adds to it is measured, and taken off what follows. */
export function inTarget(target: CheckTarget, readings: Readings, within: Within): Measurement & Again {
  let reading: MemoryReading
  const collected = async (): Promise<MemoryReading> => {
    await within(target.collectGarbage())
    return within(target.memory())
  }
  return {
    async warmedUp() {
      await within(target.collectGarbage())
    },
    async read(round) {
      reading = await collected()
      readings.note({ round, seconds: readings.now() }, reading)
    },
    async readAgain(at) {
      reading = await collected()
      readings.note(at, reading)
    },
    async captured({ inChild, isLast }) {
      if (isLast || inChild) return this
      const after = await collected()
      readings.added.heapUsed += after.heapUsed - reading.heapUsed
      readings.added.external += after.external - reading.external
      return this
    },
  }
}

interface Again {
  /** Reads the memory of a round whose capture did not say what lived. */
  readAgain(at: Moment): Promise<void>
}

/**
 * The child collects the garbage and counts: the process is not stopped for it. For rounds of which each is captured. Where a capture was
 * not in a child after all, or another debugger ended the sampling, the process is measured from then on.
 */
export function inChild(target: CheckTarget, readings: Readings, within: Within): Measurement {
  let reading: MemoryReading
  let at: Moment
  return {
    async warmedUp() {},
    async read(round) {
      reading = await within(target.memory())
      at = { round, seconds: readings.now() }
    },
    async captured({ living, types }) {
      if (living === undefined) {
        const instead = inTarget(target, readings, within)
        await instead.readAgain(at)
        return instead
      }
      // V8 lets go of code that was not run for a while when it collects garbage for all it is worth, which is what the process is
      // spared: its code goes on growing while a program gets going.
      readings.note(at, reading, living, types.get('(compiled code)')?.bytes ?? 0)
      return this
    },
  }
}
