/**
 * The path signatures of a series of heaps, as one tree: objects reached by the same steps and types share a signature.
 * Signatures need no object ids, so they can compare heaps of different sessions, processes and deploys. Signature 0 is
 * the root.
 *
 * After BLeak's heap paths: Vilk and Berger, "BLeak: Automatically Debugging Memory Leaks in Web Applications", PLDI 2018.
 */
export class SignatureTable {
  /** By signature: the one it continues. Always a smaller number. */
  readonly above: number[] = [0]
  /**
   * By signature: the word of its last step (`.cache`, `->limit`, `[]`); `type` has the word of the type at its end.
   */
  readonly step: number[] = [0]
  readonly type: number[] = [0]
  readonly #words: string[] = ['']
  readonly #numbers = new Map<string, number>([['', 0]])
  /**
   * The known continuations, as a hash table of four numbers per entry: signature, step, type, resulting signature. A
   * result of 0 is an empty entry.
   */
  #taken: Int32Array = new Int32Array(perTaken * 1024)
  #count = 0

  get length(): number {
    return this.above.length
  }

  /** The number of a word, the same in all heaps of the series. */
  word(text: string): number {
    let number = this.#numbers.get(text)
    if (number === undefined) {
      number = this.#words.push(text) - 1
      this.#numbers.set(text, number)
    }
    return number
  }

  text(word: number): string {
    return this.#words[word]!
  }

  /**
   * The signature one step beyond another. A repeated step to the same type (a list, a tree) returns the existing
   * signature.
   */
  beyond(signature: number, step: number, type: number): number {
    const taken = this.#taken
    let at = placeOf(signature, step, type, taken.length)
    for (; taken[at + 3] !== 0; at = (at + perTaken) & (taken.length - 1))
      if (taken[at] === signature && taken[at + 1] === step && taken[at + 2] === type) return taken[at + 3]!
    const next = this.#repeated(signature, step, type) ?? this.#add(signature, step, type)
    taken.set([signature, step, type, next], at)
    if (2 * perTaken * ++this.#count > taken.length) this.#widen()
    return next
  }

  #widen(): void {
    const [few, many] = [this.#taken, new Int32Array(2 * this.#taken.length)]
    for (let from = 0; from < few.length; from += perTaken) {
      if (few[from + 3] === 0) continue
      let at = placeOf(few[from]!, few[from + 1]!, few[from + 2]!, many.length)
      while (many[at + 3] !== 0) at = (at + perTaken) & (many.length - 1)
      many.set(few.subarray(from, from + perTaken), at)
    }
    this.#taken = many
  }

  /** A signature in one line: `module src/store.js ->sessions Map [] Session`. */
  path(signature: number): string {
    const steps: string[] = []
    for (let at = signature; at !== 0; at = this.above[at]!)
      steps.push(`${this.text(this.step[at]!)} ${this.text(this.type[at]!)}`.trim())
    return steps.reverse().join(' ')
  }

  /**
   * The signature to which a step repeats, so that all cells of a list share one. Cells may be several steps apart: a
   * sequence of steps counts as repeating when it occurs twice. (An array of objects in an object of an array does
   * not.)
   */
  #repeated(signature: number, step: number, type: number): number | undefined {
    // Scopes are nested in scopes, each with its own variables.
    const ring = this.text(step).startsWith('{') ? 1 : longestRing
    for (let period = 1, at = signature; period <= ring && at !== 0; period++, at = this.above[at]!)
      if (this.step[at] === step && this.type[at] === type && this.#isTwice(signature, period)) return at
    return undefined
  }

  /** Whether the last period's steps, except the first, equal those of the previous period. */
  #isTwice(signature: number, period: number): boolean {
    let [late, early] = [signature, signature]
    for (let back = 0; back < period; back++) early = this.above[early]!
    for (let back = 0; back < period - 1; back++) {
      if (early === 0 || this.step[late] !== this.step[early] || this.type[late] !== this.type[early]) return false
      late = this.above[late]!
      early = this.above[early]!
    }
    return true
  }

  #add(signature: number, step: number, type: number): number {
    this.step.push(step)
    this.type.push(type)
    return this.above.push(signature) - 1
  }
}

const perTaken = 4

/** The preferred index of a step in a table of that many numbers. The finalizer of MurmurHash3. */
function placeOf(signature: number, step: number, type: number, numbers: number): number {
  let hash = Math.imul(signature, 0x9e3779b1) ^ Math.imul(step, 0x85ebca6b) ^ Math.imul(type, 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash ^= hash >>> 13
  return (hash * perTaken) & (numbers - 1)
}

/** The longest sequence of steps that is recognised as repeating. */
const longestRing = 8
