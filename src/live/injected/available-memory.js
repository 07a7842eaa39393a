// @ts-check
/// <reference path="./builtin.js" />

/**
 * Memory that the process may still use, in bytes. `availableMemory` respects container limits and exists since Node.js
 * 20.
 */
function availableMemory() {
  return /** @type {any} */ (process).availableMemory?.() ?? builtin('os').freemem()
}
