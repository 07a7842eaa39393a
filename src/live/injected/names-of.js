// @ts-check

/**
 * The names that a value answers to, its own and inherited: what may follow a dot.
 * @param {unknown} value
 */
function namesOf(value) {
  const names = new Set()
  for (let at = Object(value); at !== null; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name)
  }
  return [...names].filter(name => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)).slice(0, 5000)
}
