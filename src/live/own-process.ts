import { closeSync, openSync, writeSync } from 'node:fs'
import { Session } from 'node:inspector'

const slot = Symbol.for('leakscope.asked')

/**
 * Writes a snapshot of our own process to a new private file, and gives the object ids that `values` have in it. All in one go,
 * before anything else runs: what leakscope needs to ask about the values is made after the snapshot, so that it is not in it.
 * The process stands still meanwhile. A value that is no object of the heap has no id.
 *
 * Progress is not asked for: in a session inside the process it crashes Node.js before 26 (nodejs/node#44634).
 */
export function captureOwnProcess(path: string, values: readonly unknown[]): (number | undefined)[] {
  const session = new Session()
  session.connect()
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => writeSync(file, params.chunk))
      post(session, 'HeapProfiler.takeHeapSnapshot', { reportProgress: false })
    } finally {
      closeSync(file)
    }
    return values.map(value => idOf(session, value))
  } finally {
    session.disconnect()
  }
}

function idOf(session: Session, value: unknown): number | undefined {
  const shelf = globalThis as { [slot]?: unknown }
  shelf[slot] = value
  try {
    const { result } = post<{ result: { objectId?: string } }>(session, 'Runtime.evaluate', {
      expression: "globalThis[Symbol.for('leakscope.asked')]",
    })
    if (result.objectId === undefined) return undefined
    const found = post<{ heapSnapshotObjectId: string }>(session, 'HeapProfiler.getHeapObjectId', {
      objectId: result.objectId,
    })
    return Number(found.heapSnapshotObjectId) || undefined
  } finally {
    delete shelf[slot]
  }
}

// Inside the process the inspector answers before `post` returns.
function post<T>(session: Session, method: string, parameters: object): T {
  let failure: Error | null = null
  let answer: T | undefined
  session.post(method, parameters, (error, result) => {
    failure = error
    answer = result as T
  })
  if (failure !== null) throw failure
  return answer as T
}
