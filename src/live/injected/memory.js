// @ts-check
/// <reference path="./builtin.js" />

/** The memory of the process as V8 and Node.js count it, in bytes. */
function v8Memory() {
  const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
  const heapLimit = builtin('v8').getHeapStatistics().heap_size_limit
  return { rss, heapUsed, heapTotal, external, arrayBuffers, heapLimit }
}

/** What the process may still use, in bytes. `availableMemory` knows of containers and is there from Node.js 20. */
function availableMemory() {
  return /** @type {any} */ (process).availableMemory?.() ?? builtin('os').freemem()
}
