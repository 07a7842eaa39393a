import { shortPath } from '../../../heap/script-names.js'
import { plainPath } from '../../../sources/script-path.js'
import type { Rule } from './rule.js'

/** Node.js' tables of ES modules, by URL. */
const tables = /^(?:LoadCache|ResolveCache|ModuleMap)$/

/** The table of resolved specifiers, by the URL of the importing module. */
const resolveCache = /^ResolveCache$/

/** ES modules imported repeatedly under new URLs: Node.js never unloads them. */
export const esModule: Rule = ({ steps, retainer }) => {
  const cache = steps.findIndex(
    ({ type, edge }, at) => at <= retainer && (tables.test(type) || /^\.(?:loadCache|#resolveCache)$/.test(edge)),
  )
  if (cache < 0) return undefined
  const keys = steps.slice(cache + 1).flatMap(({ edge }) => /^\["(.*?)(?:"\]|…"\])$/s.exec(edge)?.[1] ?? [])
  const first = keys.findIndex(key => isUrl.test(key))
  if (first < 0) return undefined
  const isResolved = resolveCache.test(steps[cache]!.type) || steps[cache]!.edge === '.#resolveCache'
  const importer = isResolved ? keys[first] : undefined
  const url = importer === undefined ? keys[first]! : resolved(keys[first + 1], importer)
  if (url === undefined) return undefined
  return {
    kind: 'map',
    isCause: true,
    name: `copies of the ES module ${fileOf(url)}`,
    subject: `import() of ${fileOf(url)} under ever new URLs`,
    detail: `Node.js never unloads an ES module${importer === undefined ? '' : `; imported by ${fileOf(importer)}`}`,
    hint: 'Import it once under one URL; read the file to get changed settings, or run changing code in a worker that ends.',
  }
}

const isUrl = /^(?:file|data|node):/

/** What a specifier in an importer stands for. Node.js notes it with the attributes of the import: `./config.mjs?v=7::`. */
function resolved(key: string | undefined, importer: string): string | undefined {
  const specifier = key?.replace(/::.*$/s, '')
  if (specifier === undefined) return undefined
  return isUrl.test(specifier) || !URL.canParse(specifier, importer) ? specifier : new URL(specifier, importer).href
}

function fileOf(url: string): string {
  const plain = /^[^?#]*/.exec(url)![0]
  return plain.startsWith('data:') ? 'a data: URL' : shortPath(plainPath(plain))
}
