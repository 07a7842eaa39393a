// @ts-check
/// <reference path="./builtin.js" />

/** The memory of the process as counted by V8 and Node.js, in bytes. */
function v8Memory() {
  const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
  const heapLimit = builtin('v8').getHeapStatistics().heap_size_limit
  return { rss, heapUsed, heapTotal, external, arrayBuffers, heapLimit }
}
