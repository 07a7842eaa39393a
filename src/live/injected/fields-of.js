// @ts-check

/**
 * The first `most` fields of `this`, as [number of fields, kind, name, value, kind, name, value …]. The keys of a Map
 * are given as values. Runs no getters.
 * @this {any}
 * @param {number} most
 */
function fieldsOf(most) {
  /** @type {unknown[]} */
  const rows = [0]
  let total = 0
  /** @param {string} kind @param {unknown} key @param {unknown} value */
  const add = (kind, key, value) => {
    if (total++ < most) rows.push(kind, key, value)
  }
  for (const Collection of [Map, Set]) {
    const { size, entries } = /** @type {any} */ (Object.getOwnPropertyDescriptors(Collection.prototype))
    let count
    try {
      count = Reflect.apply(size.get, this, [])
    } catch {
      continue
    }
    const walk = Reflect.apply(entries.value, this, [])
    for (let left = Math.min(count, most); left > 0; left--) {
      const [key, value] = walk.next().value
      add(Collection === Map ? 'entry' : 'member', key, value)
    }
    total = count
  }
  for (const key of Reflect.ownKeys(this)) {
    if (total >= most) total++
    else {
      const { value, get, set } = /** @type {PropertyDescriptor} */ (Reflect.getOwnPropertyDescriptor(this, key))
      add(get || set ? 'accessor' : 'property', key, get ?? set ?? value)
    }
  }
  rows[0] = total
  return rows
}
