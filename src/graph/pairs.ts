/** Assigns numbers, from 1, to pairs of numbers below 2^32, in order of first use. */
export interface Pairs {
  numberOf(a: number, b: number): number
  /** The second half of a numbered pair. */
  secondOf(pair: number): number
  /** By number of the pair: its second half. */
  seconds(): Uint32Array
}

/**
 * A hash table in typed arrays, since a Map is limited to 2^24 entries and would need much of our own heap. About 20
 * bytes per pair.
 */
export function pairs(): Pairs {
  let count = 0
  let first = new Uint32Array(1024)
  let second = new Uint32Array(1024)
  // At most half full, so that searches soon find an empty slot (0).
  let slots = new Uint32Array(2048)

  const slotOf = (a: number, b: number): number => {
    const mask = slots.length - 1
    const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]!
      if (number === 0 || (first[number] === a && second[number] === b)) return slot
    }
  }
  const grow = (): void => {
    first = twice(first)
    second = twice(second)
    slots = new Uint32Array(2 * slots.length)
    for (let number = 1; number <= count; number++) slots[slotOf(first[number]!, second[number]!)] = number
  }

  return {
    numberOf(a, b) {
      const known = slots[slotOf(a, b)]!
      if (known !== 0) return known
      if (count + 1 === first.length) grow()
      first[++count] = a
      second[count] = b
      slots[slotOf(a, b)] = count
      return count
    },
    secondOf: pair => second[pair]!,
    seconds: () => second.slice(0, count + 1),
  }
}

function twice(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(2 * column.length)
  longer.set(column)
  return longer
}
