import { LeakscopeError } from '../../errors.js'
import { injectedCall } from '../injected.js'
import { optionsIn, startArguments } from '../linux/start-options.js'
import { evaluate } from '../protocol/evaluate.js'
import { flag, integer, list, number, object, type Schema, text } from '../protocol/schema.js'
import type { Target } from '../target.js'

/** What a target will do near its heap limit; sizes in bytes. */
export interface HeapLimitArm {
  /** What armed it: nothing visible, leakscope, or its command line. (A program that armed itself is not visible.) */
  readonly by: 'nobody' | 'leakscope' | 'command line'
  readonly heapUsed: number
  /** V8's heap limit. */
  readonly heapLimit: number
  /**
   * The folder of the snapshot, in the target's view: `--diagnostic-dir`, otherwise its working folder at that moment.
   */
  readonly folder: string
  /** The pattern of its name: `Heap.*.4121.0.001.heapsnapshot`. */
  readonly file: string
  /** Whether the target can write there. */
  readonly writable: boolean
}

/** What a target will do near its heap limit. Changes nothing. Errors: those of `evaluate`. */
export async function heapLimitArm(target: Target): Promise<HeapLimitArm> {
  const { execArgv, nodeOptions, marked, cwd, pid, ...seen } = await evaluate(
    target,
    injectedCall('heap-limit', 'lookAtHeapLimit'),
    {
      value: seenSchema,
    },
  )
  // The last option wins.
  const options = [...optionsIn(nodeOptions), ...startArguments(['', ...execArgv]).options]
  const optionValue = (name: string): string | undefined =>
    options.findLast(option => option.startsWith(`${name}=`))?.slice(name.length + 1)
  const folder = optionValue('--diagnostic-dir') ?? cwd
  const fromStart = Number(optionValue('--heapsnapshot-near-heap-limit') ?? 0) > 0
  return {
    ...seen,
    folder,
    file: `Heap.*.${pid}.0.001.heapsnapshot`,
    writable: await evaluate(target, injectedCall('heap-limit', 'mayWrite', folder), { value: flag }),
    by: fromStart ? 'command line' : marked ? 'leakscope' : 'nobody',
  }
}

/**
 * Makes a target write one snapshot shortly before it runs out of heap, and returns its new state. This lasts until the
 * process ends: no version of Node.js can undo it. It needs no debugger afterwards. Errors: UNSUPPORTED, those of
 * `evaluate`.
 */
export async function armHeapLimit(target: Target): Promise<HeapLimitArm> {
  const stands = await heapLimitArm(target)
  if (stands.by !== 'nobody') return stands
  if (!(await evaluate(target, injectedCall('heap-limit', 'armHeapLimit'), { value: flag }))) {
    throw new LeakscopeError('UNSUPPORTED', `Node.js ${target.nodeVersion} cannot be set up while it runs`, {
      hint: 'Start it with --heapsnapshot-near-heap-limit=1, or run 18.10 or newer.',
    })
  }
  return { ...stands, by: 'leakscope' }
}

interface Seen extends Pick<HeapLimitArm, 'heapUsed' | 'heapLimit'> {
  readonly execArgv: readonly string[]
  readonly nodeOptions: string
  readonly marked: boolean
  readonly cwd: string
  readonly pid: number
}

const seenSchema: Schema<Seen> = object({
  heapUsed: number(0, 2 ** 50),
  heapLimit: number(0, 2 ** 50),
  execArgv: list(text(100_000), 10_000),
  nodeOptions: text(1_000_000),
  marked: flag,
  cwd: text(10_000),
  pid: integer(1, 4_194_304),
})
