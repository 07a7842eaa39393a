/**
 * Memoises a pure function of one object for as long as that object lives: derived facts of a heap are computed once
 * and released with the heap. (A memory tool must not leak.)
 */
export function memo<K extends object, V>(compute: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, { value: V }>()
  return of => {
    let entry = known.get(of)
    if (entry === undefined) {
      entry = { value: compute(of) }
      known.set(of, entry)
    }
    return entry.value
  }
}
