// @ts-check
/// <reference path="./builtin.js" />

/**
 * Moves the inspector from its port to a free one, if this Node.js can. The debug port is restored, so that a later
 * SIGUSR1 opens the usual one and a cluster's workers, whose ports count up from it, can start.
 */
function moveInspector() {
  const inspector = builtin('inspector')
  const port = process.debugPort
  // Before 18.15 and 19.6 it closes only after our connection is dropped, in a later turn, and cannot be reopened until
  // then.
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 18 || (major === 18 && minor < 15) || (major === 19 && minor < 6)) return
  inspector.close()
  // Whenever a cluster's primary opens its inspector, it tells its workers to open theirs.
  const own = Object.getOwnPropertyDescriptor(process, 'emit')
  const { emit } = process
  Object.defineProperty(process, 'emit', {
    configurable: true,
    writable: true,
    /** @param {string} name @param {unknown[]} given */
    value(name, ...given) {
      return name === 'internalMessage' ? false : Reflect.apply(emit, process, [name, ...given])
    },
  })
  try {
    inspector.open(0, '127.0.0.1', false)
  } finally {
    if (own === undefined) delete (/** @type {any} */ (process).emit)
    else Object.defineProperty(process, 'emit', own)
  }
  try {
    process.debugPort = port
  } catch {}
}
