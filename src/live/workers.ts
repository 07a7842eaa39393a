import { fileURLToPath } from 'node:url'
import { LeakscopeError } from '../errors.js'
import { type Accepted, cutText, object, text } from './protocol/schema.js'
import type { Target, WorkerThread } from './target.js'
import { workerSession } from './worker-session.js'

/** Attached worker threads of a target; each is a target itself. */
export interface Workers extends AsyncDisposable {
  /** All worker threads running at the time, by thread id, including those not selected. */
  readonly threads: readonly WorkerThread[]
  /** The selected ones. When one ends, its `closed` settles and its commands reject. */
  readonly targets: readonly Target[]
  /** Detaches from all of them. Detaching from the process also does so. */
  close(): Promise<void>
}

/**
 * Attaches to worker threads of a target: those that `wanted` selects, by default all. Node.js attaches a debugger to
 * every worker or none, so the others, and workers that start meanwhile, are attached too and released at once. This
 * works while the worker or the main thread runs JavaScript without a pause, and workers end without waiting for us.
 * One call at a time per target. Errors: those of `Target.send`.
 */
export async function attachWorkers(
  target: Target,
  wanted: (thread: WorkerThread) => boolean = () => true,
): Promise<Workers> {
  const found: { readonly sessionId: string; readonly thread: WorkerThread }[] = []
  let looking = true
  const off = target.on('NodeWorker.attachedToWorker', attached, ({ sessionId, workerInfo }) => {
    const thread = threadOf(workerInfo)
    if (looking) found.push({ sessionId, thread })
    if (!looking || !wanted(thread)) target.send('NodeWorker.detach', { sessionId }).catch(() => {})
  })
  const close = async (): Promise<void> => {
    off()
    await Promise.all(targets.map(worker => worker.detach()))
    await target.send('NodeWorker.disable').catch(() => {})
  }
  const targets: Target[] = []
  try {
    // Running workers are reported before the reply.
    await target.send('NodeWorker.enable', { waitForDebuggerOnStart: false })
    looking = false
    found.sort((a, b) => a.thread.id - b.thread.id)
    for (const { sessionId, thread } of found) {
      if (wanted(thread)) targets.push(workerSession(target, sessionId, thread))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { threads: found.map(({ thread }) => thread), targets, close, [Symbol.asyncDispose]: close }
}

/** The worker threads of a target, which are briefly attached. Errors: those of `Target.send`. */
export async function workerThreads(target: Target): Promise<readonly WorkerThread[]> {
  await using workers = await attachWorkers(target, () => false)
  return workers.threads
}

/**
 * Attaches to one worker thread by its `threadId`. Close the result to detach. Errors: NO_TARGET, with the existing
 * threads.
 */
export async function attachWorker(target: Target, id: number): Promise<Workers> {
  const workers = await attachWorkers(target, thread => thread.id === id)
  if (workers.targets.length > 0) return workers
  await workers.close()
  const there = workers.threads.map(({ id, name }) => (name === null ? `${id}` : `${id} (${name})`))
  throw new LeakscopeError('NO_TARGET', `${target.name} has no worker ${id}`, {
    hint: there.length === 0 ? 'It has no worker threads: leave out --worker.' : `Name one of ${there.join(', ')}.`,
  })
}

const attached = object({
  sessionId: text(100),
  workerInfo: object({ title: cutText(10_000), url: cutText(100_000) }),
})
type Attached = Accepted<typeof attached>

// Titles are `[worker 3] its name`, where the number is the thread id; Node.js 24 and later call those without a name WorkerThread. Old
// releases of Node.js 18 say `Worker 3`.
function threadOf({ title, url }: Attached['workerInfo']): WorkerThread {
  const [, id, name = ''] = /^(?:\[w|W)orker (\d+)\]? ?(.*)$/s.exec(title) ?? []
  return { id: Number(id), name: name === '' || name === 'WorkerThread' ? null : name, script: scriptOf(url) }
}

function scriptOf(url: string): string {
  if (url === '') return '[worker eval]'
  try {
    return url.startsWith('file://') ? fileURLToPath(url) : url
  } catch {
    return url
  }
}
