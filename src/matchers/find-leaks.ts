import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHeap, openHeapNodes } from '../acquire/open-heap.js'
import { LeakscopeError } from '../errors.js'
import { leaks } from '../growth/leaks.js'
import type { Suspect } from '../growth/suspects/suspect.js'
import type { Heap } from '../heap/heap.js'
import { captureOwnProcess } from '../live/own-process.js'
import { gainedTypes } from './gained-types.js'

/** Options of a leak test. */
export interface LeakTestOptions {
  /** Rounds of calls to compare, at least 2. Each costs a snapshot of this process. Default: 3. */
  readonly rounds?: number
  /** Calls per round: a leak gains at least one object with each. Default: 10. */
  readonly calls?: number
  /**
   * Calls before the first round, which do not count, since loading code and filling caches is not a leak. Default: as
   * many as in a round.
   */
  readonly warmup?: number
}

/** The leaks of a function, and the options used. */
export interface FoundLeaks {
  readonly suspects: readonly Suspect[]
  readonly rounds: number
  readonly calls: number
  readonly warmup: number
}

/**
 * Calls a function repeatedly in this process and compares heap snapshots between rounds of calls: what gains an object
 * with every call, in every round, and keeps it, leaks. Nothing is timed, so a busy machine and growth of the test
 * runner itself make no difference. Between snapshots, leakscope keeps nothing in memory. Errors: USAGE, OUTPUT, and
 * whatever the function throws.
 */
export async function findLeaks(work: () => unknown, options: LeakTestOptions = {}): Promise<FoundLeaks> {
  const { rounds = 3, calls = 10, warmup = calls } = options
  if (typeof work !== 'function') {
    throw new LeakscopeError('USAGE', 'a leak test needs a function that it can call', {
      hint: 'For example: await expect(() => login()).not.toLeak().',
    })
  }
  if (!(rounds >= 2) || !(calls >= 1) || !(warmup >= 0)) {
    throw new LeakscopeError('USAGE', `a leak test takes 2 rounds of 1 call or more, not ${rounds} of ${calls}`)
  }
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-test-'))
  try {
    const files = Array.from({ length: rounds + 1 }, (_, round) => join(folder, `${round}.heapsnapshot`))
    const how = { rounds, calls, warmup }
    let candidates: ReadonlySet<string> | undefined
    for (let call = 0; call < warmup; call++) await work()
    for (const [round, file] of files.entries()) {
      for (let call = 0; call < calls; call++) await work()
      await settled()
      captureOwnProcess(file, [])
      if (round === 0) continue
      // Most functions are clean, which is usually known after the first round.
      candidates = await stillPossible(candidates, files[round - 1]!, file, calls)
      if (candidates.size === 0) return { ...how, suspects: [] }
    }
    const found = await leaks(seriesOf(files))
    return { ...how, suspects: found.suspects.filter(suspect => gainsWithEveryCall(suspect, calls)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function stillPossible(
  candidates: ReadonlySet<string> | undefined,
  before: string,
  after: string,
  calls: number,
): Promise<Set<string>> {
  const gained = gainedTypes((await openHeapNodes(before)).graph, (await openHeapNodes(after)).graph, calls)
  return new Set([...gained].filter(type => candidates?.has(type) ?? true))
}

// Memory of the test runner and of Node.js may grow as well, but not with every call.
const gainsWithEveryCall = ({ evidence }: Suspect, calls: number): boolean =>
  evidence.born.length > 0 && evidence.born.every(gained => gained >= calls)

// The target of a dereferenced WeakRef lives to the end of the job, and finalizers run in separate jobs.
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
}

function seriesOf(files: readonly string[]): { length: number; [Symbol.asyncIterator](): AsyncIterator<Heap> } {
  const session = randomUUID()
  return {
    length: files.length,
    [Symbol.asyncIterator]() {
      let at = 0
      const next = async (): Promise<IteratorResult<Heap>> => {
        const file = files[at++]
        if (file === undefined) return { done: true, value: undefined }
        const heap = await openHeap(file)
        // No inspector session ended between the snapshots, so their ids are comparable.
        return { done: false, value: { ...heap, origin: { ...heap.origin, path: null, pid: process.pid, session } } }
      }
      return { next }
    },
  }
}
