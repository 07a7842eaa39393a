// @ts-check

/**
 * Calls the method `name` of `this`.
 * @this {any}
 * @param {string} name
 * @param {unknown[]} given
 */
function callMethod(name, ...given) {
  return this[name](...given)
}
