import { resolve } from 'node:path'
import type { Place } from '../place.js'
import { readRegularFile } from '../private-file.js'
import { isBelow, realPath } from '../real-path.js'
import type { Excerpt } from '../report/excerpt.js'
import type { Report } from '../report/report.js'

const MOST = 12
const AROUND = 3
const LARGEST = 4 * 2 ** 20
const LONGEST_LINE = 300
const SOURCE = /\.(js|ts|mjs|cjs|mts|cts|jsx|tsx|vue|svelte|astro|coffee)$/i

/**
 * The source around the locations in an answer, for files below `folder`. The file names come from a heap and the page
 * may be shared, so only source files in the folder leakscope runs in are read, after resolving links.
 */
export function sourceExcerpts(report: Report, folder: string): Excerpt[] {
  const root = realPath(folder)
  if (root === undefined) return []
  const found: Excerpt[] = []
  const seen = new Set<string>()
  const sources = new Map<string, Source | undefined>()
  for (const place of placesIn(report)) {
    if (found.length === MOST) break
    // A page has many locations in few files.
    if (!sources.has(place.file)) sources.set(place.file, sourceAt(resolve(folder, place.file), root))
    const source = sources.get(place.file)
    if (source === undefined || place.line < 1 || place.line > source.lines.length) continue
    const { path, lines } = source
    const key = `${path}:${place.line}`
    if (seen.has(key)) continue
    seen.add(key)
    const from = Math.max(1, place.line - AROUND)
    const shown = lines.slice(from - 1, place.line + AROUND).map(line => line.slice(0, LONGEST_LINE))
    found.push({ place, path, from, lines: shown })
  }
  return found
}

interface Source {
  readonly path: string
  readonly lines: readonly string[]
}

function sourceAt(named: string, root: string): Source | undefined {
  const path = realPath(named)
  if (path === undefined || !SOURCE.test(path) || !isBelow(path, root)) return undefined
  const lines = readRegularFile(path, LARGEST)?.toString('utf8').split(/\r?\n/)
  return lines && { path, lines }
}

/** The locations in an answer, those of its suspects first. The suspects may come from an untrusted file. */
function* placesIn({ findings, sections }: Report): Generator<Place> {
  for (const suspect of list(findings?.suspects)) {
    yield* placeIn(suspect.holder)
    for (const site of list((suspect.evidence as Fields | undefined)?.allocatedAt)) yield* placeIn(site)
    for (const step of list(suspect.path)) yield* placeIn(step)
  }
  for (const section of sections) {
    if (section.shape === 'path') for (const step of section.steps) yield* placeIn(step)
    if (section.shape !== 'table' || !section.columns.some(({ key }) => key === 'place')) continue
    for (const { place } of section.rows) {
      const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(String(place)) ?? []
      if (file !== undefined) yield { file, line: Number(line), column: Number(column) }
    }
  }
}

type Fields = Readonly<Record<string, unknown>>
const list = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.filter(each => typeof each === 'object' && each !== null) : []

function* placeIn(thing: unknown): Generator<Place> {
  const place = (thing as Fields | undefined | null)?.location as Fields | undefined | null
  const { file, line, column } = place ?? {}
  if (typeof file === 'string' && Number.isInteger(line) && Number.isInteger(column)) {
    yield { file, line: line as number, column: column as number }
  }
}
