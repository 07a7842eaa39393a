import { closure } from './closure.js'
import type { Clue, Named, Rule } from './clue.js'
import { collection } from './collection.js'
import { list } from './list.js'
import { listener } from './listener.js'
import { native } from './native.js'
import { promise } from './promise.js'
import { timer } from './timer.js'

export type { Named } from './clue.js'

/** The more a rule knows, the earlier it is asked; the last knows any object. */
const rules: readonly Rule[] = [timer, listener, promise, list, closure, native]

/** Names a holder by the first rule that recognises it. */
export function named(clue: Clue): Named {
  for (const rule of rules) {
    const found = rule(clue)
    if (found !== undefined) return found
  }
  return collection(clue)!
}
