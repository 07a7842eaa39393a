import type { Names } from './names.js'
import type { Scopes } from './scopes.js'

/** Reads V8's SharedFunctionInfo of a function: its name, its script and its position there. */
export class Functions {
  readonly #names: Names
  readonly #scopes: Scopes
  readonly #nameOf = new Map<number, string>()

  constructor(names: Names, scopes: Scopes) {
    this.#names = names
    this.#scopes = scopes
  }

  /** The name in the source, `''` for none. */
  name(shared: number): string {
    return this.#names.text(this.nameString(shared))
  }

  /** The string object that is the name, or -1. */
  nameString(shared: number): number {
    const { view } = this.#names
    if (shared < 0) return -1
    const at = view.ref(shared, view.layout.shared.nameOrScope)
    if (view.isString(at)) return at
    return this.#scopes.of(at)?.functionName ?? -1
  }

  /** The name, or else the name that V8 inferred. V8 names classes by it. */
  debugName(shared: number): string {
    let name = this.#nameOf.get(shared)
    if (name === undefined) {
      name = this.name(shared) || this.#inferred(shared)
      this.#nameOf.set(shared, name)
    }
    return name
  }

  #inferred(shared: number): string {
    const { view } = this.#names
    const { layout } = view
    const scope = this.#scopes.of(view.ref(shared, layout.shared.nameOrScope))
    if (scope !== undefined) return this.#names.text(scope.inferredName)
    const uncompiled = this.#uncompiled(shared)
    return uncompiled < 0 ? '' : this.#names.text(view.ref(uncompiled, layout.uncompiled.inferredName))
  }

  /** The function's script, or -1. */
  script(shared: number): number {
    const { view } = this.#names
    let script = view.ref(shared, view.layout.shared.script)
    // The script of a function that is being debugged is in its DebugInfo.
    if (script >= 0 && view.type(script) === 'DEBUG_INFO_TYPE') script = this.#firstScript(script)
    return script >= 0 && view.type(script) === 'SCRIPT_TYPE' ? script : -1
  }

  #firstScript(debug: number): number {
    const { view } = this.#names
    for (let word = 1; word < Math.min(view.words(debug), 10); word++) {
      const at = view.ref(debug, word)
      if (at >= 0 && view.type(at) === 'SCRIPT_TYPE') return at
    }
    return -1
  }

  /** The function's offset in its script, in characters. */
  position(shared: number): number | undefined {
    const { view } = this.#names
    const scope = this.#scopes.of(view.ref(shared, view.layout.shared.nameOrScope))
    if (scope !== undefined) return scope.position
    const uncompiled = this.#uncompiled(shared)
    return uncompiled < 0 ? undefined : view.bits(uncompiled, view.layout.uncompiled.startPosition)
  }

  #uncompiled(shared: number): number {
    const { view } = this.#names
    for (const word of view.layout.shared.functions) {
      const at = view.ref(shared, word)
      if (at >= 0 && view.type(at).startsWith('UNCOMPILED_DATA')) return at
    }
    return -1
  }
}
