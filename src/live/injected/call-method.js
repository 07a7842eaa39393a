// @ts-check

/**
 * Calls a method of the object it is called on, by its name.
 * @this {any}
 * @param {string} name
 * @param {unknown[]} given
 */
function callMethod(name, ...given) {
  return this[name](...given)
}
