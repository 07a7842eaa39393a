// @ts-check
/// <reference path="./builtin.js" />

/**
 * Resolves after a turn of the event loop, when everything deferred to it has run. The function is taken from the
 * module because an app may have replaced the global one (fake timers).
 * @returns {Promise<void>}
 */
function loopTurns() {
  return new Promise(done => {
    const { setImmediate } = builtin('timers')
    setImmediate(() => setImmediate(done))
  })
}
