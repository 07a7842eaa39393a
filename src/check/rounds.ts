import { LeakscopeError } from '../errors.js'
import { type Census, census } from '../heap/census.js'
import type { Heap, HeapSeries } from '../heap/heap.js'
import { stage, type Task } from '../task.js'
import type { Allocation, CapturedHeap, CheckTarget, RoundMemory } from './target.js'

export interface CheckOptions {
  /** Measured rounds. Fewer than 5 cannot prove a trend. */
  readonly rounds?: number
  /** Rounds before them that are thrown away: what a program loads and compiles at first is no leak. */
  readonly warmup?: number
  /** Milliseconds of the program's own work between two rounds, where no `load` is given. */
  readonly every?: number
  /** Makes the program work: one round of requests, jobs, logins. */
  readonly load?: (round: number) => Promise<void>
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
}

/** Rounds of work between two captured heaps: fewer than five heaps cannot prove a trend either. */
export const roundsBetweenHeaps = (rounds: number): number => Math.max(1, Math.floor(rounds / 5))

/** Heaps that are captured where a capture hurts, and where a forked child writes them. */
const mostHeaps = { hurting: 3, inChild: 5 }

/**
 * Does the rounds, writes down each one's memory, and gives the heaps of five: the last, and four before it an equal number of
 * rounds apart. Where a capture stops the process and leaves it with memory it does not give back, there are three, and late: RSS and
 * USS then say nothing about the program, and the readings before the first capture are the honest ones. Whether a capture is gentle
 * is known only after the first: should it not be, its heap is let go, and the three follow.
 */
export function rounds(target: CheckTarget, options: CheckOptions, record: Notes, task: Task): HeapSeries {
  const total = options.rounds ?? 5
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
      return Math.min(captured.most, Math.ceil(total / roundsBetweenHeaps(total)))
    },
    [Symbol.asyncIterator]: () => ({ next }),
  }
}

interface Captured {
  heap?: Heap
  /** How many heaps there will be at most. */
  most: number
}

/** Stops after each capture, with the heap in `captured`. */
async function* eachRound(
  target: CheckTarget,
  { rounds: total = 5, warmup = 1, every = 2000, load }: CheckOptions,
  record: Notes,
  task: Task,
  captured: Captured,
): AsyncGenerator<void> {
  if (total < 2) {
    throw new LeakscopeError('USAGE', `a leak check compares 2 rounds or more, not ${total}`, {
      hint: 'Leave --rounds out for 5, the fewest that prove a trend.',
    })
  }
  const work = async (round: number): Promise<void> => {
    if (load !== undefined) await load(round)
    else await pause(every, task.signal)
  }
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
    await stage(task, 'warming up')
    await work(round)
    if (!counts) await target.collectGarbage()
  }
  await target.startSampling?.()
  const start = performance.now()
  let touched = false
  const added = { heapUsed: 0, external: 0 }
  for (let round = 1; round <= total; round++) {
    await stage(task, `round ${round} of ${total}`, (round - 1) / total)
    await work(round)
    if (!counts) await target.collectGarbage()
    let reading = await target.memory()
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
    if (!isCaptured(round)) continue
    await stage(task, 'capturing the heap', (round - 0.5) / total)
    const { allocations, living } = await captureInto(captured, target)
    const types = census(captured.heap!)
    const inChild = (await target.capturesInChild?.()) === true
    record.allocations = inChild ? [allocations] : [...record.allocations, allocations]
    if (round < total && !inChild) await target.startSampling?.()
    touched ||= !inChild
    if (counts && living === undefined) {
      // It was not gentle after all, or another debugger ended the sampling.
      counts = false
      await target.collectGarbage()
      reading = await target.memory()
      note()
    } else if (counts) {
      // V8 lets go of code that was not run for a while when it collects garbage for all it is worth, which is what the process is
      // spared: its code goes on growing while a program gets going.
      note(living, types.get('(compiled code)')?.bytes ?? 0)
    } else if (round < total && !inChild) {
      await target.collectGarbage()
      const after = await target.memory()
      added.heapUsed += after.heapUsed - reading.heapUsed
      added.external += after.external - reading.external
    }
    if (!inChild && record.types.length === 0) captured.most = mostHeaps.hurting
    if (!isCaptured(round)) {
      delete captured.heap
      continue
    }
    record.types.push(types)
    yield
  }
}

// The heap is to be nowhere in the generator, which keeps what it has while it waits.
async function captureInto(captured: Captured, target: CheckTarget): Promise<Omit<CapturedHeap, 'heap'>> {
  const { heap, ...rest } = await target.capture()
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
