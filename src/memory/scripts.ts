import type { Names } from './names.js'

/** A script of the process, as V8 knows it. */
export interface MemoryScript {
  readonly id: number
  /** Path or URL; empty for what has no name. */
  readonly url: string
  /** Whole, also where it is the source map itself. */
  readonly sourceMapURL: string
}

/** Source maps within a script are as long as the script. */
const longestMap = 2 ** 28

/** All scripts whose functions are in the heap. */
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
    // What names itself by `//# sourceURL=` is called so.
    const url = text(at, script.sourceUrl) || text(at, script.name)
    found.push({ id, url, sourceMapURL: text(at, script.sourceMapUrl, longestMap) })
  }
  return found

  function text(at: number, word: number, most?: number): string {
    return names.text(view.ref(at, word), most)
  }
}
