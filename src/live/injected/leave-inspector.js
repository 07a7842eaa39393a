// @ts-check
/// <reference path="./builtin.js" />
/// <reference path="./inspector-mark.js" />

/**
 * Closes the inspector, or hands it over to `heirs`, unless leakscopes came or went since the mark was read: then nothing is done. All in
 * one call, so that nobody comes in between. Gives `false` where nothing was done, `true` where it was handed over, and `undefined` where
 * it should have closed: then its reply can never arrive, and one that does says that the program has replaced what closes it.
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

// `_debugEnd` needs no `require`, of which an app may have put its own in the way.
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

// For a program that has put something else in the place of the first, or taken `process` away.
function closeOtherwise() {
  try {
    builtin('inspector').close()
  } catch {}
}

// For a process whose loop has not turned since it was signalled. SIGUSR1 is heeded twice, by an interrupt at once and by the loop when
// it turns next (RequestIoThreadStart in src/inspector_agent.cc), and what the second finds closed it opens anew: it is closed in the
// turn after that, when nobody is connected to it. By then another leakscope may use it, and has set its mark: a loop that is busy may turn
// seconds later. A program may have put anything in the place of timers.
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
