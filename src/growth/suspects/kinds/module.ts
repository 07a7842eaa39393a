import { shortPath } from '../../../heap/script-names.js'
import { plainPath } from '../../../sources/script-path.js'
import type { Rule } from './rule.js'

/** Node.js' tables of ES modules, by URL. */
const tables = /^(?:LoadCache|ResolveCache|ModuleMap)$/

/** ES modules imported repeatedly under new URLs: Node.js never unloads them. */
export const esModule: Rule = ({ steps, retainer }) => {
  const cache = steps.findIndex(
    ({ type, edge }, at) => at <= retainer && (tables.test(type) || /^\.(?:loadCache|#resolveCache)$/.test(edge)),
  )
  const url = steps.slice(Math.max(cache, 0) + 1).find(({ edge }) => /^\["(?:file|data|node):/.test(edge))?.edge
  if (cache < 0 || url === undefined) return undefined
  const plain = /^\["([^?#]*)/.exec(url)![1]!.replace(/"\]$/, '')
  const file = plain.startsWith('data:') ? 'a data: URL' : shortPath(plainPath(plain))
  return {
    kind: 'map',
    isCause: true,
    name: `copies of the ES module ${file}`,
    subject: `import() of ${file} under ever new URLs`,
    detail: 'Node.js never unloads an ES module',
    hint: 'Import it once under one URL; read the file to get changed settings, or run changing code in a worker that ends.',
  }
}
