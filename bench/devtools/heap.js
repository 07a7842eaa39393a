import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'

// In Chrome since version 119, in Node.js since 22.
Promise.withResolvers ??= () => {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}

/** The module written by `.ci/fetch-devtools <folder>`. */
export const devtools = folder => import(pathToFileURL(resolve(folder, 'worker.mjs')).href)

/**
 * The heap of DevTools' own worker after it has loaded the snapshot at `path`: parsed, with retainers, dominators, retained sizes,
 * distances and statistics. As in Chrome, a second worker in its own thread does part of the work.
 */
export async function devtoolsHeap(folder, path) {
  const { HeapSnapshotLoader } = await devtools(folder)
  const { port1, port2 } = new MessageChannel()
  const second = new Worker(new URL('second.js', import.meta.url), {
    workerData: { folder, port: port2 },
    transferList: [port2],
    // The heap limit applies to each thread separately.
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
