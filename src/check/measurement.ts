import type { Census } from '../heap/census.js'
import type { Notes } from './notes.js'
import type { CapturedHeap, CheckTarget, MemoryReading } from './target.js'
import type { TimeLimit } from './time-limit.js'

/** How the memory of a round is measured: in the target, or in the child forked for the capture. */
export interface Measurement {
  /** Called after a warm-up round. */
  warmedUp(): Promise<void>
  /** Reads memory after the work of a round, before its heap is captured. */
  read(round: number): Promise<void>
  /**
   * Called after a heap was captured. Returns the measurement for the next round, since a capture may turn out to have
   * affected the process.
   */
  captured(capture: Capture): Promise<Measurement>
}

/** The facts of a completed capture. */
interface Capture {
  readonly living: CapturedHeap['living'] | undefined
  readonly types: Census
  readonly inChild: boolean
  /** Whether this is the last round. */
  readonly isLast: boolean
}

/** Collects readings. */
export class Readings {
  /** What captures added to the process, in bytes: strings that V8 flattened, ids it assigned. */
  readonly added: { heapUsed: number; external: number } = { heapUsed: 0, external: 0 }
  /** Whether a capture has left memory in the process that is not returned. */
  touched = false
  readonly #notes: Notes
  readonly #began: number = performance.now()

  constructor(notes: Notes) {
    this.#notes = notes
  }

  now(): number {
    return (performance.now() - this.#began) / 1000
  }

  /** Records a round. `living` is its memory as counted by a child, `compiled` the bytes of V8's code to subtract. */
  note(at: Moment, reading: MemoryReading, living?: CapturedHeap['living'], compiled = 0): void {
    const { added, touched } = this
    const { privateDirty, heapTotal, ...rest } = reading
    // The committed heap, not only the used part: pages that V8 keeps for later are not native memory.
    this.#notes.native.push((privateDirty ?? rest.uss ?? rest.rss) - heapTotal - rest.external)
    const { heapUsed, external, arrayBuffers } = living ?? rest
    this.#notes.memory.push({ ...at, ...rest, heapUsed, external, arrayBuffers, touched })
    this.#notes.own.push({ heapUsed: heapUsed - added.heapUsed - compiled, external: external - added.external })
  }
}

interface Moment {
  readonly round: number
  /** Since the start of the first round. */
  readonly seconds: number
}

type Within = TimeLimit['within']

/**
 * The process collects its garbage before each reading. What a capture adds is measured and subtracted from later
 * readings.
 */
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
  /** Reads the memory of a round whose capture did not report live memory. */
  readAgain(at: Moment): Promise<void>
}

/**
 * The child collects the garbage and counts, without pausing the process. For checks that capture every round. If a
 * capture was not in a child after all, or another debugger ended the sampling, the process is measured from then on.
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
      // A full garbage collection makes V8 drop code that was not used for a while. The process is spared this, so its
      // code keeps growing during warm-up and is not counted.
      readings.note(at, reading, living, types.get('(compiled code)')?.bytes ?? 0)
      return this
    },
  }
}
