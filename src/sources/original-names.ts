import type { EachMapping } from '@jridgewell/trace-mapping'

/** The original names of a minified script's identifiers, from the `names` of its source map. */
export interface OriginalNames {
  /**
   * The original name of the function or class that begins at a position (line and column from 0), by its current name.
   */
  own(name: string, line: number, column: number): string | undefined
  /** The original name of a variable in scope at a position, by its current name. */
  variable(name: string, line: number, column: number): string | undefined
  /** Where such a variable is declared, since a bundle has the variables of many files in one scope. */
  declared(name: string, line: number, column: number): OriginalPlace | undefined
}

/** A position in a source file of the source map. Lines and columns count from 1. */
export interface OriginalPlace {
  readonly source: string
  readonly line: number
  readonly column: number
}

interface Standing {
  readonly at: number
  /** Where its innermost block begins; −1 at the top level. */
  readonly block: number
}

interface Mention extends Standing {
  readonly original: string
  readonly place: OriginalPlace | undefined
  readonly isDeclared: boolean
}

/**
 * Reads the names from a script and the segments of its source map. Blocks are recognised by braces, so strings,
 * regular expressions and templates may cause a wrong name or none. One pass over the script.
 *
 * A bundle that is not minified keeps most names, which are then in no segment: declarations are searched for in the
 * text.
 */
export function originalNames(
  text: string,
  eachSegment: (visit: (segment: EachMapping) => void) => void,
): OriginalNames {
  const lines = lineStarts(text)
  const named: { at: number; original: string; place: OriginalPlace | undefined }[] = []
  eachSegment(segment => {
    const { generatedLine, generatedColumn, name } = segment
    if (name !== null)
      named.push({ at: lines[generatedLine - 1]! + generatedColumn, original: name, place: placeOf(segment) })
  })
  named.sort((a, b) => a.at - b.at)
  const blocks = openBlocks(
    text,
    named.map(({ at }) => at),
  )
  const mentions = new Map<string, Mention[]>()
  const declarations = new Map<string, Standing[]>()
  const identifier = new RegExp(identifierText, 'uy')
  for (const [index, { at, original, place }] of named.entries()) {
    identifier.lastIndex = at
    const now = identifier.exec(text)?.[0]
    if (now === undefined) continue
    const isDeclared = /(?:\b(?:var|let|const|class|function)\s+|,\s*)$/.test(text.slice(Math.max(0, at - 12), at))
    const list = mentions.get(now) ?? []
    list.push({ at, original, place, block: blocks[index]!.at(-1) ?? -1, isDeclared })
    mentions.set(now, list)
  }
  const offset = (line: number, column: number): number => (lines[line] ?? text.length) + column
  return {
    own(name, line, column) {
      const at = offset(line, column)
      const before = (mentions.get(name) ?? []).filter(mention => mention.at <= at)
      return (before.findLast(({ isDeclared }) => isDeclared) ?? before.at(-1))?.original
    },
    variable: (name, line, column) => seen(name, line, column)?.original,
    declared: (name, line, column) => seen(name, line, column)?.place ?? declaration(name, offset(line, column)),
  }

  function declaration(name: string, from: number): OriginalPlace | undefined {
    let known = declarations.get(name)
    if (known === undefined) {
      known = declarationsOf(name)
      declarations.set(name, known)
    }
    const found = innermost(known, from)[0]
    if (found === undefined) return undefined
    // A segment on an earlier line belongs to other code.
    const begin = text.lastIndexOf('\n', found.at - 1) + 1
    let place: OriginalPlace | undefined
    eachSegment(segment => {
      if (lines[segment.generatedLine - 1] === begin && begin + segment.generatedColumn <= found.at)
        place = placeOf(segment) ?? place
    })
    return place
  }

  /** Where the text declares a name; none if it is not an identifier, since a heap may contain any name. */
  function declarationsOf(name: string): Standing[] {
    if (!isIdentifier.test(name)) return []
    const keyword = new RegExp(
      `\\b(?:var|let|const|class|function)\\s+(?=${name.replaceAll('$', '\\$')}(?![\\w$]))`,
      'g',
    )
    const starts = [...text.matchAll(keyword)].map(({ index }) => index)
    return openBlocks(text, starts).map((open, which) => ({ at: starts[which]!, block: open.at(-1) ?? -1 }))
  }

  function seen(name: string, line: number, column: number): Mention | undefined {
    const there = innermost(mentions.get(name) ?? [], offset(line, column))
    return there.find(({ isDeclared }) => isDeclared) ?? there[0]
  }

  /** The candidates in the innermost block that is visible at an offset. */
  function innermost<T extends Standing>(all: readonly T[], at: number): T[] {
    if (all.length === 0) return []
    const [around] = openBlocks(text, [at])
    const visible = all.filter(({ block }) => block < 0 || around!.includes(block))
    const deepest = visible.reduce((most, { block }) => Math.max(most, block), -1)
    return visible.filter(({ block }) => block === deepest)
  }
}

const identifierText = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*'
const isIdentifier = new RegExp(`^${identifierText}$`, 'u')

const placeOf = ({ source, originalLine, originalColumn }: EachMapping): OriginalPlace | undefined =>
  source === null ? undefined : { source, line: originalLine, column: originalColumn + 1 }

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** For each offset, in ascending order: the starts of the blocks around it, outermost first. */
function openBlocks(text: string, offsets: readonly number[]): number[][] {
  const open: number[] = []
  let at = 0
  return offsets.map(offset => {
    for (; at < offset && at < text.length; at++) {
      const character = text.charCodeAt(at)
      if (character === 0x7b) open.push(at)
      else if (character === 0x7d) open.pop()
    }
    return [...open]
  })
}
