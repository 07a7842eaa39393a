// Asks DevTools' own heap snapshot worker for the numbers of a heap and writes them as columns. With Node.js 22 or later, in an
// empty folder:
//
//     npm pack chrome-devtools-frontend@1.0.1705227 && tar xzf chrome-devtools-frontend-*.tgz
//     echo 'export * from "./package/front_end/entrypoints/heap_snapshot_worker/HeapSnapshotLoader.js"
//           export * from "./package/front_end/entrypoints/heap_snapshot_worker/HeapSnapshot.js"' > entry.ts
//     npx rolldown -c <this folder>/devtools.rolldown.mjs
//     node <this file> worker/entry.js node-20.heapsnapshot.gz node-20.devtools.gz
//
// The columns are described in README.md.
import { createReadStream, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createGunzip, gzipSync } from 'node:zlib'

const [worker, heapPath, columnsPath] = process.argv.slice(2)
const { HeapSnapshotLoader, SecondaryInitManager } = await import(resolve(worker))

const file = createReadStream(heapPath, { highWaterMark: 2 ** 24 })
const loader = new HeapSnapshotLoader({ sendEvent() {} })
for await (const chunk of heapPath.endsWith('.gz') ? file.pipe(createGunzip()) : file) {
  loader.write(chunk.toString('latin1'))
}
loader.close()

// The worker shares its work with a second one; here both live in one thread.
const { port1, port2 } = new MessageChannel()
new SecondaryInitManager(port2)
const heap = await loader.buildSnapshot(port1)
port1.close()

const { nodeCount, nodeFieldCount, nodeSelfSizeOffset, nodes } = heap
const shallow = new Float64Array(nodeCount)
for (let node = 0; node < nodeCount; node++) shallow[node] = nodes.getValue(node * nodeFieldCount + nodeSelfSizeOffset)
const columns = [
  Uint32Array.from(heap.dominatorsTree),
  Float64Array.from(heap.retainedSizes),
  shallow,
  // DevTools' mark for "no distance" is negative, ours the greatest number there is.
  Uint32Array.from(heap.nodeDistances, distance => (distance < 0 ? 0xffffffff : distance)),
]
writeFileSync(columnsPath, gzipSync(Buffer.concat(columns.map(column => Buffer.from(column.buffer))), { level: 9 }))
