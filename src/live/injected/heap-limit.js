// @ts-check
/// <reference path="./builtin.js" />

// The mark is a symbol-named property of `process`, not enumerable: no program comes across it. Node.js does not tell by itself.

/** How the process stands to the end of its heap. */
function lookAtHeapLimit() {
  const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = builtin('v8').getHeapStatistics()
  let cwd = '.'
  try {
    cwd = process.cwd()
  } catch {}
  const {
    execArgv,
    env: { NODE_OPTIONS: nodeOptions = '' },
  } = process
  const marked = /** @type {any} */ (process)[Symbol.for('leakscope.armed')] === true
  return { heapUsed, heapLimit, cwd, execArgv, nodeOptions, pid: process.pid, marked }
}

/** Has V8 write one snapshot near the limit. `false` where this Node.js cannot do it while it runs. */
function armHeapLimit() {
  const v8 = /** @type {any} */ (builtin('v8'))
  if (typeof v8.setHeapSnapshotNearHeapLimit !== 'function') return false
  v8.setHeapSnapshotNearHeapLimit(1)
  Object.defineProperty(process, Symbol.for('leakscope.armed'), { value: true, configurable: true })
  return true
}

/**
 * Whether the process may write into a folder.
 * @param {string} folder
 */
function mayWrite(folder) {
  const { accessSync, constants } = builtin('fs')
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
