// @ts-check

/**
 * The names of the leakscopes that use an inspector which one of them opened. `null` when none did, or when the program
 * has replaced the mark or removed `process`. (8192: names of a hundred leakscopes.)
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
 * Sets the mark: a non-enumerable property of `process` with a symbol as its key, so that no program encounters it.
 * Returns whether it could be set.
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
