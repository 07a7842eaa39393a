import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'

// Chrome has had it since version 119, Node.js since 22.
Promise.withResolvers ??= () => {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}

/** What `.ci/fetch-devtools <folder>` has made. */
export const devtools = folder => import(pathToFileURL(resolve(folder, 'worker.mjs')).href)

/**
 * A heap as DevTools' own worker has it once it has loaded the snapshot at `path`: parsed, with retainers, dominators, retained sizes,
 * distances and its statistics. As in Chrome, a second worker takes a part of the load; it lives in a thread of its own here too.
 */
export async function devtoolsHeap(folder, path) {
  const { HeapSnapshotLoader } = await devtools(folder)
  const { port1, port2 } = new MessageChannel()
  const second = new Worker(new URL('second.js', import.meta.url), {
    workerData: { folder, port: port2 },
    transferList: [port2],
    // The space for objects is not divided among threads.
    resourceLimits: { maxOldGenerationSizeMb: 16_384 },
  })
  try {
    const loader = new HeapSnapshotLoader({ sendEvent() {} })
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 24 })) loader.write(chunk.toString('latin1'))
    loader.close()
    return await loader.buildSnapshot(port1)
  } finally {
    port1.close()
    await second.terminate()
  }
}
