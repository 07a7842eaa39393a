import { LeakscopeError } from '../errors.js'
import { census } from '../heap/census.js'
import type { Heap, HeapSeries } from '../heap/heap.js'
import { sourceNames } from '../heap/source-names.js'
import { stage, type Task } from '../task.js'
import { HeapTimes } from './heap-times.js'
import { inChild, inTarget, Readings } from './measurement.js'
import type { Notes } from './notes.js'
import { defaultRounds, mostRoundsOf } from './plan.js'
import type { CapturedHeap, CheckTarget } from './target.js'
import { type TimeLimit, timeLimit } from './time-limit.js'
import { typeGrowth } from './type-growth.js'
import type { Wanted } from './verdict.js'

export interface CheckOptions {
  /** Measured rounds, 8 by default. Fewer than 5 cannot prove a trend. */
  readonly rounds?: number
  /**
   * The most rounds of a check that is extended because `rounds` leave it inconclusive, if heaps are captured in forked
   * children and time allows. Twice the usual number, unless `rounds` is set.
   */
  readonly mostRounds?: number
  /** Rounds before the measured ones, which are discarded: what a program loads and compiles at first is not a leak. */
  readonly warmup?: number
  /**
   * Milliseconds of the program's own work between two rounds, without a `load`, on average. They vary, because a list
   * that is emptied at the same interval would seem to grow.
   */
  readonly every?: number
  /** Makes the program work: one round of requests, jobs, logins. The signal aborts it. */
  readonly load?: (round: number, signal: AbortSignal) => Promise<void>
  /** Milliseconds after which the check ends with the rounds it has, even in the middle of a capture. */
  readonly maxTime?: number
}

/** V8 collects the garbage of a heap below this size in a few dozen milliseconds. */
const smallHeap = 64 * 1024 ** 2

/** The most heaps captured if a capture stops the process, and if a forked child writes them. */
const maxHeaps = { inTarget: 3, inChild: 8 }

/** Rounds between two captured heaps. With eight heaps, a trend is proven even if two are outliers. */
export const roundsBetweenHeaps = (rounds: number): number => Math.max(1, Math.ceil(rounds / maxHeaps.inChild))

/** What would settle the verdict, if the heaps and readings so far leave it undecided. */
export type Undecided = () => Wanted | undefined

/** The default limit of a check: 5 minutes. */
export const defaultMaxTime = 300_000

/**
 * Runs the rounds, records the memory of each, and yields at most eight heaps: the last, and those before it an equal
 * number of rounds apart. If a capture stops the process and leaves it with memory it does not give back, there are
 * three, late: RSS and USS then say nothing about the program, and only the readings before the first capture are
 * reliable. Which case applies is known only after the first capture: if it stopped the process, its heap is released,
 * and the three follow.
 */
export function rounds(
  target: CheckTarget,
  options: CheckOptions,
  record: Notes,
  task: Task,
  undecided: Undecided = () => undefined,
): HeapSeries {
  const { rounds: total = defaultRounds } = options
  const captured: Captured = { most: maxHeaps.inTarget, total }
  const work = eachRound(target, options, record, task, captured, undecided)
  // A paused generator keeps the value it yielded last, so heaps are passed through `captured` instead.
  const next = async (): Promise<IteratorResult<Heap, undefined>> => {
    const { done } = await work.next()
    if (done === true) return { done, value: undefined }
    const heap = captured.heap!
    delete captured.heap
    return { done: false, value: heap }
  }
  return {
    get length() {
      return captured.last ?? Math.min(captured.most, Math.ceil(captured.total / roundsBetweenHeaps(total)))
    },
    [Symbol.asyncIterator]: () => ({ next }),
  }
}

interface Captured {
  heap?: Heap
  /** The most heaps there will be. */
  most: number
  /** The number of rounds, which increases while the check is undecided. */
  total: number
  /** The number of heaps, once no more will follow. */
  last?: number
}

/** Yields after each capture, with the heap in `captured`; ends when the time is over, whatever it waits for. */
async function* eachRound(
  target: CheckTarget,
  options: CheckOptions,
  record: Notes,
  task: Task,
  captured: Captured,
  undecided: Undecided,
): AsyncGenerator<void> {
  const { maxTime = defaultMaxTime } = options
  if (captured.total < 2) {
    throw new LeakscopeError('USAGE', `a leak check compares 2 rounds or more, not ${captured.total}`, {
      hint: `Leave --rounds out for ${defaultRounds}; 5 are the fewest that prove a trend.`,
    })
  }
  const began = performance.now()
  const limit = timeLimit(maxTime, task.signal)
  try {
    const limited = { ...task, signal: limit.signal }
    yield* roundsInTime(target, options, record, limited, captured, limit, began, undecided)
  } catch (error) {
    if (!limit.ended()) throw error
    delete captured.heap
    record.cut = true
    captured.last = record.types.length
    record.stopped = whyStopped(began, record, captured.total)
  }
}

const whyStopped = (began: number, { memory }: Notes, total: number): string =>
  `The check ended after ${Math.round((performance.now() - began) / 1000)} s and ${memory.length} of ${total} rounds, as --max-time asks: give it more time, or a smaller --every.`

async function* roundsInTime(
  target: CheckTarget,
  options: CheckOptions,
  record: Notes,
  task: Task,
  captured: Captured,
  { signal, within }: TimeLimit,
  began: number,
  undecided: Undecided,
): AsyncGenerator<void> {
  const { warmup = 1, every = 2000, load, maxTime = defaultMaxTime } = options
  const planned = captured.total
  record.planned = planned
  const { mostRounds = mostRoundsOf(planned, options.rounds) } = options
  // Seconds of the program's own work, or rounds of a load.
  let worked = 0
  // When the program started to work on a round by itself. It also works while leakscope reads a child's heap, but not
  // while it is stopped for a garbage collection or a capture.
  let since = performance.now()
  const worksAgain = (): void => {
    since = performance.now()
  }
  const work = async (round: number): Promise<void> => {
    if (load === undefined) {
      const passed = Math.min(performance.now() - since, maxReading * every)
      await pause(every * (1 + jitter(round) - jitter(round - 1)) - passed, task.signal)
      worked += (performance.now() - since) / 1000
      worksAgain()
    } else {
      await within(load(round, signal))
      worked++
    }
  }
  const elapsed = (): number => performance.now() - began
  const progress = (what: string, done: number): string =>
    `${what}, ${Math.round(elapsed() / 1000)} s elapsed, ${left(done)} ${left(done) === 1 ? 'round' : 'rounds'} left`
  const left = (done: number): number => captured.total - done
  const apart = roundsBetweenHeaps(planned)
  const isCaptured = (round: number): boolean => left(round) % apart === 0 && left(round) < captured.most * apart

  let childCounts = false
  if ((await target.capturesInChild?.()) === true) {
    captured.most = maxHeaps.inChild
    childCounts = apart === 1 && planned <= maxHeaps.inChild
    record.collected = !childCounts
  }
  const measure = childCounts ? inChild : inTarget
  const warming = measure(target, new Readings(record), within)
  for (let round = 1 - warmup; round < 1; round++) {
    await stage(task, progress('warming up', 0))
    await work(round)
    await warming.warmedUp()
    worksAgain()
  }
  await target.startSampling?.()
  const readings = new Readings(record)
  let measurement = measure(target, readings, within)
  const heapTimes = new HeapTimes()
  for (let round = 1; round <= captured.total; round++) {
    const roundBegan = elapsed()
    await stage(task, progress(`round ${round} of ${captured.total}`, round - 1), (round - 1) / captured.total)
    await work(round)
    const moment = worked
    await measurement.read(round)
    worksAgain()
    // Another round like this one, with a capture, would end too late.
    const isLast = round < captured.total && elapsed() + (elapsed() - roundBegan) + heapTimes.next > maxTime
    if (!isCaptured(round) && !isLast) continue
    const captureBegan = elapsed()
    const isCapturing = progress(`round ${round} of ${captured.total}: capturing the heap`, round)
    await stage(task, isCapturing, (round - 0.5) / captured.total)
    const { allocations, living } = await captureInto(captured, target, signal)
    const types = census(captured.heap!)
    const byChild = (await target.capturesInChild?.()) === true
    record.allocations = byChild ? [allocations] : [...record.allocations, allocations]
    if (round < captured.total && !byChild) await target.startSampling?.()
    readings.touched ||= !byChild
    measurement = await measurement.captured({ living, types, inChild: byChild, isLast: round === captured.total })
    if (!byChild) worksAgain()
    if (!byChild && record.types.length === 0) captured.most = maxHeaps.inTarget
    heapTimes.captured(elapsed() - captureBegan)
    const anotherRound = captureBegan - roundBegan
    const isOver =
      isLast || (round < captured.total && elapsed() + heapTimes.compared + anotherRound + heapTimes.next > maxTime)
    if (!isCaptured(round) && !isOver) {
      delete captured.heap
      continue
    }
    record.types.push(types)
    record.moments.push(moment)
    // Only the names of the last heap are needed.
    if (isOver || round === captured.total)
      record.sourceNames = sourceNames(captured.heap!, new Set(typeGrowth(record.types).map(({ type }) => type)))
    if (isOver) {
      captured.last = record.types.length
      record.stopped = whyStopped(began, record, captured.total)
    }
    const handedOver = elapsed()
    yield
    if (isOver) return
    heapTimes.comparedIn(elapsed() - handedOver)
    if (round < captured.total || !byChild || record.stopped !== undefined) continue
    const more = Math.min(Math.ceil(planned / 2 / apart) * apart, mostRounds - round)
    if (more <= 0 || elapsed() * (1 + more / round) > maxTime) continue
    const wanted = undecided()
    if (wanted === undefined) continue
    captured.total += more
    captured.most += Math.ceil(more / apart)
    await stage(task, progress('undecided: more rounds', round))
    // A collection stops the process in proportion to its heap.
    const isSmall = record.memory.at(-1)!.heapUsed < smallHeap
    if (wanted === 'collection' && isSmall) await within(target.collectGarbage())
  }
}

/** The largest deviation of a round's start, as a share of the time between two rounds. */
const maxJitter = 0.25

/** The share of a round that may pass while the previous heap is read; the rest keeps the intervals uneven. */
const maxReading = 0.75

/** How early or late a round is: by the golden ratio, so that no other period matches. The same in each check. */
const jitter = (round: number): number => maxJitter * (2 * (((((round * (1 + Math.sqrt(5))) / 2) % 1) + 1) % 1) - 1)

// The generator must not refer to the heap: a paused generator keeps its variables.
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
