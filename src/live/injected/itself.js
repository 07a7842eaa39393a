// @ts-check

/**
 * Returns `this`: V8 makes previews only for results of calls and expressions.
 * @this {unknown}
 */
function itself() {
  return this
}
