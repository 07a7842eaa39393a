// @ts-check

/**
 * The names of the leakscopes that use the inspector which one of them opened. `null` where none did, and where the program has put
 * something else in that place or taken `process` away. (8192: names of a hundred leakscopes at once.)
 * @returns {string | null}
 */
function readMark() {
  try {
    const mark = /** @type {any} */ (process)[Symbol.for('leakscope.inspector')]
    return typeof mark === 'string' && mark.length <= 8192 ? mark : null
  } catch {
    return null
  }
}

/**
 * Sets the mark: a symbol-named property of `process`, not enumerable, so that no program comes across it. Gives whether it could be set.
 * @param {string} value
 */
function writeMark(value) {
  try {
    Object.defineProperty(process, Symbol.for('leakscope.inspector'), { value, configurable: true })
    return true
  } catch {
    return false
  }
}
