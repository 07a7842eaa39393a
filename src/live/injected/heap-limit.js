// @ts-check
/// <reference path="./builtin.js" />

// The mark is a non-enumerable property of `process` with a symbol as its key, so that no program encounters it.
// Node.js itself does not tell whether a snapshot near the limit is set.

/** The state of the process with regard to its heap limit. */
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

/** Makes V8 write one snapshot near the limit. `false` when this Node.js cannot enable it at run time. */
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
