import type { Names } from './names.js'

/** V8's information on the scope of a function or block: the names of its variables and its position. */
export interface Scope {
  /** By variable: the number of its name among the texts. */
  readonly variables: readonly number[]
  /** Words in a context of this scope before its first variable. */
  readonly header: number
  /** The name of its function, if it is the scope of a named one; else -1. */
  readonly functionName: number
  /** The word of a context that refers to the function itself; -1 for none. */
  readonly functionWord: number
  readonly inferredName: number
  readonly position: number | undefined
}

/** No scope of a program has more variables. */
const maxVariables = 100_000

// The bits of the flags, unchanged since V8 10.
const savedClass = 1 << 10
const functionVariable = 3 << 12
const inContext = 2 << 12
const inferred = 1 << 14
const extension = 1 << 26

/** Whether a word of a context of a scope is a variable. */
export const isVariable = ({ header, variables, functionWord, functionName }: Scope, word: number): boolean =>
  (word >= header && word < header + variables.length) || (word === functionWord && functionName >= 0)

/** Reads V8's ScopeInfo objects, each once. */
export class Scopes {
  readonly #names: Names
  readonly #known = new Map<number, Scope | undefined>()

  constructor(names: Names) {
    this.#names = names
  }

  of(object: number): Scope | undefined {
    if (object < 0) return undefined
    if (!this.#known.has(object)) this.#known.set(object, this.#read(object))
    return this.#known.get(object)
  }

  #read(object: number): Scope | undefined {
    const { view } = this.#names
    if (view.type(object) !== 'SCOPE_INFO_TYPE') return undefined
    const { scopeInfo, contextHeader } = view.layout
    // Since V8 13, the flags are not a small integer.
    const flags = view.smi(object, 1) ?? view.bits(object, 8) ?? 0
    const count = Math.min(Math.max(view.smi(object, scopeInfo.locals) ?? 0, 0), maxVariables)
    let word = scopeInfo.firstVariable
    // Since V8 11, the scope of a module has the number of its exported variables here, before the names. A scope
    // without names may have another number here.
    if (count > 0 && view.smi(object, word) !== undefined) word++
    const first = view.ref(object, word)
    const variables: number[] = []
    if (count > 0 && first >= 0 && !view.isString(first)) {
      for (const [index, name] of this.#table(first, count)) variables[index] = name
      for (let at = 0; at < count; at++) variables[at] ??= view.records.texts.of('')
      word += 1 + count
    } else {
      if (word + 2 * count > view.words(object)) return undefined
      for (let at = 0; at < count; at++) {
        const name = view.ref(object, word + at)
        variables.push(view.isString(name) ? this.#names.textOf(name) : view.records.texts.of(''))
      }
      word += 2 * count
    }
    if ((flags & savedClass) !== 0) word++
    let [functionName, functionWord, inferredName] = [-1, -1, -1]
    if ((flags & functionVariable) !== 0) {
      functionName = view.ref(object, word)
      if (!view.isString(functionName)) functionName = -1
      if ((flags & functionVariable) === inContext) functionWord = 2 + (view.smi(object, word + 1) ?? -3)
      word += 2
    }
    if ((flags & inferred) !== 0) {
      inferredName = view.ref(object, word)
      word++
    }
    const position = view.smi(object, scopeInfo.firstVariable === 4 ? word : 4)
    const hasExtension = (flags & extension) !== 0
    return {
      variables,
      header: 2 + contextHeader + (hasExtension ? 1 : 0),
      functionName,
      functionWord,
      inferredName,
      position,
    }
  }

  /** Scopes of many variables keep their names in a hash table: name, index. */
  *#table(table: number, count: number): Generator<[number, number]> {
    const { view } = this.#names
    const words = view.words(table)
    for (let word = 2; word + 1 < words; word++) {
      const name = view.ref(table, word)
      const index = view.smi(table, word + 1)
      if (index !== undefined && view.isString(name) && index >= 0 && index < count)
        yield [index, this.#names.textOf(name)]
    }
  }
}
