// @ts-check
/// <reference path="./inspector-mark.js" />

/**
 * Sets the mark to `us`, so that a later leakscope can close the inspector should we be killed. Gives `false` where the mark is no longer
 * what was read: another leakscope has come. (A mark that cannot be set, in a `process` that is frozen, is nobody's.)
 * @param {string} us
 * @param {string | null} mark
 */
function claimInspector(us, mark) {
  if (readMark() !== mark) return false
  writeMark(us)
  return true
}

/**
 * Adds `us` to the mark. Gives `false` where there is none any more.
 * @param {string} us
 */
function joinInspector(us) {
  const mark = readMark()
  return mark === null ? false : writeMark(`${mark}\n${us}`)
}
