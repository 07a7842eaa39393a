// @ts-check
/// <reference path="./builtin.js" />
/// <reference path="./inspector-mark.js" />

/**
 * Closes the inspector, or hands it over to `heirs`; does nothing if leakscopes joined or left since the mark was read.
 * All in one call, so that it is atomic. Returns `false` when it did nothing, `true` when it handed the inspector over,
 * and `undefined` when it closed it: that reply can never arrive, and if it does, the program has replaced the closing
 * function.
 * @param {string | null} mark
 * @param {string | null} heirs
 * @param {'once' | 'twice' | 'otherwise'} how
 */
function leaveInspector(mark, heirs, how) {
  if (readMark() !== mark) return false
  if (heirs !== null) {
    writeMark(heirs)
    return true
  }
  if (how === 'otherwise') closeOtherwise()
  else {
    if (how === 'twice') closeAgainInNextTurn()
    close()
  }
  return undefined
}

// `_debugEnd` needs no `require`, which an app may have shadowed.
function close() {
  try {
    const open = /** @type {any} */ (process)
    delete open[Symbol.for('leakscope.inspector')]
  } catch {}
  try {
    const open = /** @type {any} */ (process)
    open._debugEnd()
  } catch {
    closeOtherwise()
  }
}

// For a program that has replaced `_debugEnd` or removed `process`.
function closeOtherwise() {
  try {
    builtin('inspector').close()
  } catch {}
}

// For a process whose event loop has not turned since it was signalled. Node.js handles SIGUSR1 twice, in an interrupt
// at once and in the next turn of the loop (RequestIoThreadStart in src/inspector_agent.cc), and the second reopens a
// closed inspector: it is closed again in the turn after that, if no debugger is connected. A busy loop may turn
// seconds later: by then another leakscope may use the inspector and have set its mark. The program may have replaced
// the timer functions.
function closeAgainInNextTurn() {
  try {
    const end = /** @type {any} */ (process)._debugEnd
    const { setImmediate } = builtin('timers')
    setImmediate(() =>
      setImmediate(() => {
        try {
          if (readMark() === null) end()
        } catch {}
      }),
    )
  } catch {}
}
