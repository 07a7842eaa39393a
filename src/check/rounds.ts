import { LeakscopeError } from '../errors.js'
import { type Census, census } from '../heap/census.js'
import type { Heap, HeapSeries } from '../heap/heap.js'
import { stage, type Task } from '../task.js'
import { usualRounds } from './plan.js'
import type { Allocation, CapturedHeap, CheckTarget, RoundMemory } from './target.js'
import { type TimeLimit, timeLimit } from './time-limit.js'

export interface CheckOptions {
  /** Measured rounds, 8 unless said otherwise. Fewer than 5 cannot prove a trend. */
  readonly rounds?: number
  /** Rounds before them that are thrown away: what a program loads and compiles at first is no leak. */
  readonly warmup?: number
  /** Milliseconds of the program's own work between two rounds, where no `load` is given. */
  readonly every?: number
  /** Makes the program work: one round of requests, jobs, logins. The signal says when it is no longer wanted. */
  readonly load?: (round: number, signal: AbortSignal) => Promise<void>
  /** Milliseconds after which the check ends with the rounds it has, also in the middle of a capture. */
  readonly maxTime?: number
}

/** What was written down while the rounds went by. */
export interface Notes {
  readonly memory: RoundMemory[]
  /**
   * By round: V8's heap and external bytes, less what the captures before it added (strings V8 made flat, ids it gave out); where
   * copies count, without compiled code.
   */
  readonly own: { readonly heapUsed: number; readonly external: number }[]
  /** Native bytes by round: private memory less V8's heap and what is external to it. */
  readonly native: number[]
  /** Whether the process itself collected its garbage before each reading of native bytes. */
  collected: boolean
  /** By heap. */
  readonly types: Census[]
  /** What was sampled between two captures and lived at the second; by gentle captures all that was sampled, at the last. */
  allocations: (readonly Allocation[])[]
  /** By heap: seconds of the program's own work before it, or rounds where a load is given, which does the same work in each. */
  readonly moments: number[]
  /** Why the check ended before its rounds did, where it did. */
  stopped: string | undefined
  /** Whether that was in the middle of a round: the heap that the others are compared with was let go. */
  cut?: boolean
}

/** Heaps that are captured where a capture hurts, and where a forked child writes them. */
const mostHeaps = { hurting: 3, inChild: 8 }

/** Rounds of work between two captured heaps: with eight heaps two may be odd and a trend is still proven. */
export const roundsBetweenHeaps = (rounds: number): number => Math.max(1, Math.ceil(rounds / mostHeaps.inChild))

/** A check ends after this at the latest, unless told otherwise: 5 minutes. */
export const usualMaxTime = 300_000

/**
 * Does the rounds, writes down each one's memory, and gives the heaps of eight at most: the last, and those before it an equal number of
 * rounds apart. Where a capture stops the process and leaves it with memory it does not give back, there are three, and late: RSS and
 * USS then say nothing about the program, and the readings before the first capture are the honest ones. Whether a capture is gentle
 * is known only after the first: should it not be, its heap is let go, and the three follow.
 */
export function rounds(target: CheckTarget, options: CheckOptions, record: Notes, task: Task): HeapSeries {
  const total = options.rounds ?? usualRounds
  const captured: Captured = { most: mostHeaps.hurting }
  const work = eachRound(target, options, record, task, captured)
  // A generator that waits keeps what it gave last: so the heaps are handed over beside it.
  const next = async (): Promise<IteratorResult<Heap, undefined>> => {
    const { done } = await work.next()
    if (done === true) return { done, value: undefined }
    const heap = captured.heap!
    delete captured.heap
    return { done: false, value: heap }
  }
  return {
    get length() {
      return captured.last ?? Math.min(captured.most, Math.ceil(total / roundsBetweenHeaps(total)))
    },
    [Symbol.asyncIterator]: () => ({ next }),
  }
}

interface Captured {
  heap?: Heap
  /** How many heaps there will be at most. */
  most: number
  /** How many there were, once no more will follow. */
  last?: number
}

/** Stops after each capture, with the heap in `captured`; ends when the time is over, whatever it waits for. */
async function* eachRound(
  target: CheckTarget,
  options: CheckOptions,
  record: Notes,
  task: Task,
  captured: Captured,
): AsyncGenerator<void> {
  const { rounds: total = usualRounds, maxTime = usualMaxTime } = options
  if (total < 2) {
    throw new LeakscopeError('USAGE', `a leak check compares 2 rounds or more, not ${total}`, {
      hint: `Leave --rounds out for ${usualRounds}; 5 are the fewest that prove a trend.`,
    })
  }
  const began = performance.now()
  const limit = timeLimit(maxTime, task.signal)
  try {
    yield* roundsInTime(target, options, record, { ...task, signal: limit.signal }, captured, limit, began)
  } catch (error) {
    if (!limit.ended()) throw error
    delete captured.heap
    record.cut = true
    captured.last = record.types.length
    record.stopped = whyStopped(began, record, total)
  }
}

const whyStopped = (began: number, { memory }: Notes, total: number): string =>
  `The check ended after ${Math.round((performance.now() - began) / 1000)} s and ${memory.length} of ${total} rounds, as --max-time asks: give it more time, or a smaller --every.`

async function* roundsInTime(
  target: CheckTarget,
  { rounds: total = usualRounds, warmup = 1, every = 2000, load, maxTime = usualMaxTime }: CheckOptions,
  record: Notes,
  task: Task,
  captured: Captured,
  { signal, within }: TimeLimit,
  began: number,
): AsyncGenerator<void> {
  let worked = 0
  const work = async (round: number): Promise<void> => {
    const from = performance.now()
    if (load !== undefined) await within(load(round, signal))
    else await pause(every, task.signal)
    worked += load === undefined ? (performance.now() - from) / 1000 : 1
  }
  const elapsed = (): number => performance.now() - began
  const progress = (what: string, done: number): string =>
    `${what}, ${Math.round(elapsed() / 1000)} s elapsed, ${total - done} ${total - done === 1 ? 'round' : 'rounds'} left`
  const apart = roundsBetweenHeaps(total)
  const isCaptured = (round: number): boolean => (total - round) % apart === 0 && round > total - captured.most * apart

  // Where each round is captured by a child, the child collects the garbage and counts: the process is not stopped for it.
  let counts = false
  if ((await target.capturesInChild?.()) === true) {
    captured.most = mostHeaps.inChild
    counts = apart === 1 && total <= mostHeaps.inChild
    record.collected = !counts
  }
  for (let round = 1 - warmup; round < 1; round++) {
    await stage(task, progress('warming up', 0))
    await work(round)
    if (!counts) await within(target.collectGarbage())
  }
  await target.startSampling?.()
  const start = performance.now()
  let touched = false
  const heapTimes = new HeapTimes()
  const added = { heapUsed: 0, external: 0 }
  for (let round = 1; round <= total; round++) {
    const roundBegan = elapsed()
    await stage(task, progress(`round ${round} of ${total}`, round - 1), (round - 1) / total)
    await work(round)
    const moment = worked
    if (!counts) await within(target.collectGarbage())
    let reading = await within(target.memory())
    const seconds = (performance.now() - start) / 1000
    const note = (living?: CapturedHeap['living'], compiled = 0): void => {
      const { privateDirty, heapTotal, ...rest } = reading
      // The room V8 has, not what it uses of it: pages it keeps for later are no native memory.
      record.native.push((privateDirty ?? rest.uss ?? rest.rss) - heapTotal - rest.external)
      const { heapUsed, external, arrayBuffers } = living ?? rest
      record.memory.push({ round, seconds, ...rest, heapUsed, external, arrayBuffers, touched })
      record.own.push({ heapUsed: heapUsed - added.heapUsed - compiled, external: external - added.external })
    }
    if (!counts) note()
    // Another round like this one would end too late, with its capture if it has one.
    const isLast = round < total && elapsed() + (elapsed() - roundBegan) + heapTimes.next > maxTime
    if (!isCaptured(round) && !isLast) continue
    const captureBegan = elapsed()
    await stage(task, progress(`round ${round} of ${total}: capturing the heap`, round), (round - 0.5) / total)
    const { allocations, living } = await captureInto(captured, target, signal)
    const types = census(captured.heap!)
    const inChild = (await target.capturesInChild?.()) === true
    record.allocations = inChild ? [allocations] : [...record.allocations, allocations]
    if (round < total && !inChild) await target.startSampling?.()
    touched ||= !inChild
    if (counts && living === undefined) {
      // It was not gentle after all, or another debugger ended the sampling.
      counts = false
      await within(target.collectGarbage())
      reading = await within(target.memory())
      note()
    } else if (counts) {
      // V8 lets go of code that was not run for a while when it collects garbage for all it is worth, which is what the process is
      // spared: its code goes on growing while a program gets going.
      note(living, types.get('(compiled code)')?.bytes ?? 0)
    } else if (round < total && !inChild) {
      await within(target.collectGarbage())
      const after = await within(target.memory())
      added.heapUsed += after.heapUsed - reading.heapUsed
      added.external += after.external - reading.external
    }
    if (!inChild && record.types.length === 0) captured.most = mostHeaps.hurting
    heapTimes.captured(elapsed() - captureBegan)
    const anotherRound = captureBegan - roundBegan
    const isOver = isLast || (round < total && elapsed() + heapTimes.compared + anotherRound + heapTimes.next > maxTime)
    if (!isCaptured(round) && !isOver) {
      delete captured.heap
      continue
    }
    record.types.push(types)
    record.moments.push(moment)
    if (isOver) {
      captured.last = record.types.length
      record.stopped = whyStopped(began, record, total)
    }
    const handedOver = elapsed()
    yield
    if (isOver) return
    heapTimes.comparedIn(elapsed() - handedOver)
  }
}

/** What heaps cost, in milliseconds: a program that leaks fast has each take longer than the one before. */
class HeapTimes {
  /** What the last one took to be compared, once captured. */
  compared = 0
  #last = 0
  #before = 0

  captured(milliseconds: number): void {
    this.#before = this.#last
    this.#last = milliseconds
  }

  comparedIn(milliseconds: number): void {
    this.compared = milliseconds
  }

  /** What the next one will take, and what is then said of all. */
  get next(): number {
    const growth = this.#before === 0 ? 1 : Math.min(3, Math.max(1, this.#last / this.#before))
    return (this.#last + 2 * this.compared) * growth
  }
}

// The heap is to be nowhere in the generator, which keeps what it has while it waits.
async function captureInto(
  captured: Captured,
  target: CheckTarget,
  signal: AbortSignal,
): Promise<Omit<CapturedHeap, 'heap'>> {
  const { heap, ...rest } = await target.capture(signal)
  captured.heap = heap
  return rest
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}
