import { createRequire } from 'node:module'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TraceMap } from '@jridgewell/trace-mapping'
import type { Place } from '../place.js'
import { readRegularFile } from '../private-file.js'
import { type OriginalNames, originalNames } from './original-names.js'
import { isInPackage, packageFolder } from './package-of.js'
import type { Places } from './places.js'
import { plainPath } from './script-path.js'

/** A script as listed by the target's debugger or its heap. */
export interface Script {
  readonly id: number
  /** `file:///app/src/store.js`, a path, `node:internal/timers`, or empty for `eval` and the like. */
  readonly url: string
  /** From the script's last line, relative to the script or a `data:` URL; empty for none. */
  readonly sourceMapURL: string
}

/**
 * Original source locations: through the script's source map if it has a readable one, otherwise the script's own. A
 * source map is read on first use of its script; a missing or broken one is ignored, since the generated location is
 * still correct. Files below `base` are relative to it. `scripts` is called on first use; of two with the same number,
 * the last counts.
 */
export function placesOf(scripts: () => Iterable<Script>, base?: string): Places {
  let known: Map<number, Script> | undefined
  const scriptBy = (id: number): Script | undefined => {
    known ??= new Map(Array.from(scripts(), script => [script.id, script]))
    return known.get(id)
  }
  const maps = new Map<number, TraceMap | undefined>()

  const mapOf = (script: Script): TraceMap | undefined => {
    if (!maps.has(script.id)) maps.set(script.id, readSourceMap(script))
    return maps.get(script.id)
  }

  const names = new Map<number, OriginalNames | undefined>()
  return {
    fileOf: url => shorten(url, base),
    isMapped(scriptId) {
      const script = scriptBy(scriptId)
      return script !== undefined && mapOf(script) !== undefined
    },
    namesOf(scriptId) {
      if (!names.has(scriptId)) {
        const script = scriptBy(scriptId)
        const map = script && mapOf(script)
        names.set(scriptId, map && readNames(script, map, base))
      }
      return names.get(scriptId)
    },
    at(scriptId, line, column): Place | undefined {
      const script = scriptBy(scriptId)
      if (script === undefined || script.url === '') return undefined
      const map = mapOf(script)
      const original = map && tracing().originalPositionFor(map, { line: line + 1, column })
      if (original?.source) {
        const file = shorten(sourceFile(original.source, script), base)
        return { file, line: original.line, column: original.column + 1 }
      }
      return { file: shorten(script.url, base), line: line + 1, column: column + 1 }
    },
  }
}

// Loaded lazily: loading takes as long as finding the types of a small heap.
const tracing = (): typeof import('@jridgewell/trace-mapping') =>
  createRequire(import.meta.url)('@jridgewell/trace-mapping')

function readSourceMap(script: Script): TraceMap | undefined {
  if (script.sourceMapURL === '') return undefined
  const { TraceMap } = tracing()
  try {
    const inline = /^data:[^,]*?(;base64)?,(.*)$/s.exec(script.sourceMapURL)
    if (inline) {
      const text = inline[1] ? Buffer.from(inline[2]!, 'base64').toString('utf8') : decodeURIComponent(inline[2]!)
      return new TraceMap(text, script.url)
    }
    const generated = plainPath(script.url)
    if (!isAbsolute(generated)) return undefined
    const path = resolve(dirname(generated), decodeURIComponent(script.sourceMapURL))
    // The script names its map, which may be `/dev/zero`.
    const text = readRegularFile(path, LARGEST, 'follow')?.toString('utf8')
    return text === undefined ? undefined : new TraceMap(text, pathToFileURL(path).href)
  } catch {
    return undefined
  }
}

/**
 * Needs the script's text, which is read from its file, so names are found only if the file is unchanged. A package with a single-source map
 * is skipped: it seldom ships that source.
 */
function readNames(script: Script, map: TraceMap, base: string | undefined): OriginalNames | undefined {
  const { eachMapping } = tracing()
  const path = plainPath(script.url)
  if (map.names.length === 0 && map.sources.length < 2 && isInPackage(path)) return undefined
  try {
    const text = isAbsolute(path) ? readRegularFile(path, LARGEST, 'follow')?.toString('utf8') : undefined
    if (text === undefined) return undefined
    const names = originalNames(text, visit => eachMapping(map, visit))
    return {
      ...names,
      declared(...at) {
        const place = names.declared(...at)
        return place && { ...place, source: shorten(sourceFile(place.source, script), base) }
      },
    }
  } catch {
    return undefined
  }
}

/**
 * A source as a file. webpack prefixes its own URL to a path in the project's folder. A source in the map of a package
 * that is not below the package's folder still belongs to the package, which was built elsewhere and published without
 * its sources.
 */
function sourceFile(source: string, { url }: Script): string {
  const path = plainPath(source).replace(/^webpack:\/\/[^/]*\/(?:\.\/)?/, '')
  const folder = packageFolder(plainPath(url))
  if (folder === undefined || path.startsWith(folder)) return path
  return folder + (isAbsolute(path) ? below(path, folder) : path.replace(/^(?:\.{1,2}\/)+/, ''))
}

/** The part of a path that is not shared with the start of the folder's path. */
function below(path: string, folder: string): string {
  const [names, above] = [path.split('/'), folder.split('/')]
  const differs = names.findIndex((name, at) => name !== above[at])
  return names.slice(differs).join('/')
}

// The maximum size of a file that fits into one string.
const LARGEST = 2 ** 28

function shorten(url: string, base: string | undefined): string {
  const path = plainPath(url)
  if (base === undefined || !isAbsolute(path)) return path
  const below = relative(base, path)
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : below
}
