import type { Names } from './names.js'

/** A script of the process. */
export interface MemoryScript {
  readonly id: number
  /** Path or URL; empty for a script without a name. */
  readonly url: string
  /** Complete, also if it is an inline source map. */
  readonly sourceMapURL: string
}

/** Inline source maps can be as long as the script. */
const longestMap = 2 ** 28

/** All scripts in the heap. */
export function scriptsOf(names: Names): MemoryScript[] {
  const { view } = names
  const { count, variant } = view.records
  const isScript = view.areOfType('SCRIPT_TYPE')
  const { script } = view.layout
  const found: MemoryScript[] = []
  for (let at = 0; at < count; at++) {
    if (isScript[variant[at]!] === 0) continue
    const id = view.smi(at, script.id)
    if (id === undefined || id < 0) continue
    // `//# sourceURL=` takes precedence over the name.
    const url = text(at, script.sourceUrl) || text(at, script.name)
    found.push({ id, url, sourceMapURL: text(at, script.sourceMapUrl, longestMap) })
  }
  return found

  function text(at: number, word: number, most?: number): string {
    return names.text(view.ref(at, word), most)
  }
}
