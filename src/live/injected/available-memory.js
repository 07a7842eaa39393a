// @ts-check
/// <reference path="./builtin.js" />

/** What the process may still use, in bytes. `availableMemory` knows of containers and is there from Node.js 20. */
function availableMemory() {
  return /** @type {any} */ (process).availableMemory?.() ?? builtin('os').freemem()
}
