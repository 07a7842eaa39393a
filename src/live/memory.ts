import { readFileSync } from 'node:fs'
import { LeakscopeError } from '../errors.js'
import { injectedCall } from './injected.js'
import { processFacts } from './linux/facts.js'
import { describeUser } from './linux/users.js'
import { evaluate } from './protocol/evaluate.js'
import { number, object, type Schema } from './protocol/schema.js'
import type { Target } from './target.js'

/** Memory of a process according to the system, in bytes. */
export interface ProcessMemory {
  /** Resident: all pages in memory, including shared ones. */
  readonly rss: number
  /** Unique: what would be free if the process ended; `null` if not available. */
  readonly uss: number | null
  /** Proportional: shared pages are divided among the processes that share them. */
  readonly pss: number | null
  readonly swap: number | null
  /**
   * Pages that the process has written to and does not share. Unlike USS, it does not depend on other processes with
   * the same binary.
   */
  readonly privateDirty: number | null
  /** Percent of one CPU since the last call for this process; 0 at the first call. */
  readonly cpu: number
  /** The source of USS, or why it is missing and what is used instead. */
  readonly source: string
}

/**
 * Reads the memory of a process from the system: takes about 5 ms, without any effect on the process. Errors:
 * TARGET_GONE.
 */
export async function processMemory(pid: number): Promise<ProcessMemory> {
  const { memory: rss, cpu } = await usage(pid)
  if (process.platform !== 'linux') {
    return {
      rss,
      cpu,
      uss: null,
      pss: null,
      swap: null,
      privateDirty: null,
      source: `RSS; USS is not read on ${process.platform}`,
    }
  }
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    if (!rollup.includes('Private_Dirty')) throw gone(pid) // a zombie's is empty
    const bytes = (field: string): number => {
      const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(rollup)
      return Number(found?.[1] ?? 0) * 1024
    }
    return {
      rss,
      cpu,
      uss: bytes('Private_Clean') + bytes('Private_Dirty') + bytes('Private_Hugetlb'),
      pss: bytes('Pss'),
      swap: bytes('Swap'),
      privateDirty: bytes('Private_Dirty'),
      source: 'smaps_rollup',
    }
  } catch (error) {
    if (error instanceof LeakscopeError) throw error
    return { rss, cpu, uss: null, pss: null, swap: null, privateDirty: null, source: whyNoUss(pid, error) }
  }
}

/** Memory of a target according to V8 and Node.js, in bytes. */
export interface V8Memory {
  readonly heapUsed: number
  readonly heapTotal: number
  /** Outside the heap but owned by objects in it; includes `arrayBuffers`. */
  readonly external: number
  readonly arrayBuffers: number
  /** V8's heap limit (`--max-old-space-size` and what it adds). */
  readonly heapLimit: number
  readonly rss: number
}

/** Reads the memory of the target from V8, in about 0.3 ms. Errors: those of `evaluate`. */
export async function v8Memory(target: Target): Promise<V8Memory> {
  return evaluate(target, injectedCall('v8-memory', 'v8Memory'), { value: v8MemorySchema })
}

// An upper bound for plausible values.
const bytes = number(0, 2 ** 50)
const v8MemorySchema: Schema<V8Memory> = object({
  rss: bytes,
  heapUsed: bytes,
  heapTotal: bytes,
  external: bytes,
  arrayBuffers: bytes,
  heapLimit: bytes,
})

interface Usage {
  readonly memory: number
  readonly cpu: number
}

// One pid per call and no options: pidusage 4.1.0 recurses endlessly if `maxage` is 0, and `clear` leaks a descriptor
// per pid.
async function usage(pid: number): Promise<Usage> {
  // Without `getconf` (distroless images), it would print an error and use the correct default.
  process.env.PIDUSAGE_SILENT ??= '1'
  const { default: pidusage } = await import('pidusage')
  try {
    return await pidusage(pid).catch(error => {
      // It keeps a descriptor of the process that had this pid; a new process with the pid is seen after `clear`.
      if (error.code !== 'ESRCH' || (process.platform === 'linux' && processFacts(pid) === undefined)) throw error
      pidusage.clear()
      return pidusage(pid)
    })
  } catch (error) {
    throw gone(pid, error)
  }
}

function gone(pid: number, cause?: unknown): LeakscopeError {
  return new LeakscopeError('TARGET_GONE', `process ${pid} has ended`, { cause })
}

function whyNoUss(pid: number, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : String(error)
  if (code === 'ENOENT') return 'RSS; this Linux has no smaps_rollup (it came with 4.14), so USS is not known'
  const owner = processFacts(pid)?.uid
  const whose =
    owner === undefined || owner === process.geteuid?.() ? '' : `: the process belongs to ${describeUser(owner)}`
  return `RSS; USS may not be read (${code})${whose}`
}
