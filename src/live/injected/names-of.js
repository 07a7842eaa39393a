// @ts-check

/**
 * The names of a value's own and inherited properties that may follow a dot.
 * @param {unknown} value
 */
function namesOf(value) {
  const names = new Set()
  for (let at = Object(value); at !== null; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name)
  }
  return [...names].filter(name => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)).slice(0, 5000)
}
