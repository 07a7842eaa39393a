// @ts-check
/// <reference path="./builtin.js" />

/**
 * Settles when the loop has turned, and with it all that was put off until then. The function is taken from the module: an app may have
 * replaced the global one (fake timers).
 * @returns {Promise<void>}
 */
function loopTurns() {
  return new Promise(done => {
    const { setImmediate } = builtin('timers')
    setImmediate(() => setImmediate(done))
  })
}
