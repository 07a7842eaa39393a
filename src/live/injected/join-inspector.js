// @ts-check
/// <reference path="./inspector-mark.js" />

/**
 * Sets the mark to `us`, so that a later leakscope can close the inspector if we are killed. Returns `false` when the
 * mark has changed since it was read: another leakscope has joined. (A mark that cannot be set, as `process` is frozen,
 * belongs to no leakscope.)
 * @param {string} us
 * @param {string | null} mark
 */
function claimInspector(us, mark) {
  if (readMark() !== mark) return false
  writeMark(us)
  return true
}

/**
 * Adds `us` to the mark. Returns `false` when the mark is gone.
 * @param {string} us
 */
function joinInspector(us) {
  const mark = readMark()
  return mark === null ? false : writeMark(`${mark}\n${us}`)
}
