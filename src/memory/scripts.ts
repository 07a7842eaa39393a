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
  const isScript = view.typeOf.map(type => type === 'SCRIPT_TYPE')
  const { script } = view.layout
  const found: MemoryScript[] = []
  for (let at = 0; at < count; at++) {
    if (!isScript[variant[at]!]) continue
    const id = view.smi(at, script.id)
    if (id === undefined || id < 0) continue
    const text = (word: number, most?: number): string => names.text(view.ref(at, word), most)
    // What names itself by `//# sourceURL=` is called so.
    const url = text(script.sourceUrl) || text(script.name)
    found.push({ id, url, sourceMapURL: text(script.sourceMapUrl, longestMap) })
  }
  return found
}
