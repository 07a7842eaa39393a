// @ts-check

/**
 * The object it is called on: V8 makes a preview only for what a call or an expression gives.
 * @this {unknown}
 */
function itself() {
  return this
}
