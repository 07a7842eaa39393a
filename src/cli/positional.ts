import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { LeakscopeError } from '../errors.js'
import { parseTarget } from '../live/spec.js'
import type { Analysis } from '../questions/ask/analysis.js'

/** The positional arguments of a command line, sorted by meaning. */
export interface Positional {
  /** Heaps and targets, as typed. */
  readonly heaps: readonly string[]
  /** The argument of the analysis: a type to count, ids to look up, an expression. */
  readonly argument: string | undefined
  /** The selected type, like that of `--type`. */
  readonly type: string | undefined
  /** The selected ids, like those of `--id`. */
  readonly ids: readonly number[]
}

/**
 * Sorts arguments by their form, so that `path Session heap.heapsnapshot`, `path heap.heapsnapshot Session` and `path
 * @1203 4121` all work: a heap is a file, `-` or a live target, `@1203` is an object, and the rest is a type (or the
 * argument of the analysis). `isHeap` decides which can be heaps; in a session none can. Errors: USAGE.
 */
export function positional(
  words: readonly string[],
  analysis: Analysis,
  isHeap: (word: string) => boolean,
): Positional {
  const { argument } = analysis
  if (analysis.heaps === 'series') return { heaps: words, argument: undefined, type: undefined, ids: [] }
  if (argument?.many) return idsFirst(words, analysis, isHeap)
  const selects = 'type' in analysis.options && 'id' in analysis.options
  if (!selects && argument === undefined) return { heaps: atMostOne(words, analysis), argument: undefined, ...NOTHING }

  const ids = selects ? words.filter(word => ID.test(word)) : []
  const others = words.filter(word => !ids.includes(word))
  let heaps = others.filter(isHeap)
  let left = others.filter(word => !isHeap(word))
  // An expression may look like a pid or a file name: if all arguments look like heaps, the last (or first) is the
  // argument.
  if (argument !== undefined && left.length === 0 && heaps.length > 0) {
    left = [argument.last ? heaps.at(-1)! : heaps[0]!]
    heaps = argument.last ? heaps.slice(0, -1) : heaps.slice(1)
  }
  const word = onlyWord(left, analysis, heaps.length === 0)
  return {
    heaps: atMostOne(heaps, analysis),
    argument: argument === undefined ? undefined : word,
    type: argument === undefined ? word : undefined,
    ids: ids.map(id => Number(id.slice(1))),
  }
}

/**
 * Whether an argument names a heap: a live target, `-` for stdin, an existing file, or a path that can only be a file.
 */
export const namesHeap = (word: string, cwd: string): boolean =>
  word === '-' ||
  parseTarget(word) !== undefined ||
  /\.heapsnapshot(\.gz)?$|^\.{0,2}[/]/i.test(word) ||
  (word !== '' && existsSync(resolve(cwd, word)))

const ID = /^@\d+$/
const NOTHING = { type: undefined, ids: [] } as const

// `at 1203 heap.heapsnapshot`: a bare number may be an id or a pid. If another argument has an `@`, it is a pid;
// otherwise the first is an id.
function idsFirst(words: readonly string[], analysis: Analysis, isHeap: (word: string) => boolean): Positional {
  const marked = words.some(word => word.startsWith('@'))
  const isId = (word: string, place: number): boolean =>
    word.startsWith('@') || (!marked && (place === 0 || !isHeap(word)))
  const argument = words.filter(isId).join(' ')
  return {
    heaps: atMostOne(
      words.filter((word, place) => !isId(word, place)),
      analysis,
    ),
    argument,
    ...NOTHING,
  }
}

function onlyWord(words: readonly string[], { name, argument }: Analysis, mayBeHeap: boolean): string | undefined {
  if (words.length <= 1) return words[0]
  const what = argument?.name ?? 'type'
  throw new LeakscopeError('USAGE', `${name} takes one ${what}, and ${words.length} were given: ${words.join(', ')}`, {
    hint: mayBeHeap
      ? `Is one of them a heap? No file of that name is here. A ${what} with spaces needs quotes.`
      : `A ${what} with spaces needs quotes.`,
  })
}

function atMostOne(heaps: readonly string[], { name }: Analysis): readonly string[] {
  if (heaps.length <= 1) return heaps
  throw new LeakscopeError('USAGE', `${name} reads one heap, and ${heaps.length} were given: ${heaps.join(', ')}`, {
    hint: 'Run it once for each; `leakscope growth` and `leakscope leaks` compare several.',
  })
}
