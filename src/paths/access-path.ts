import type { Path, PathStep } from '../report/report.js'

/**
 * A path as a one-line expression: `globalThis.cache["user-7"].session`, `module.exports.sessions (src/store.js)`,
 * `Timeout(30000 ms repeat → poll)._onTimeout->session`. V8's groups of roots are left out.
 */
export function accessPath(steps: Path['steps']): string {
  const start = steps.findIndex(({ type }) => type !== '(synthetic)')
  const [first, ...rest] = steps.slice(Math.max(0, start))
  if (first === undefined) return ''
  const edges = rest.map(({ edge }) => edge).join('')
  // A module's label is its file.
  const isModule = first.type === 'Module' || (first.type === '(system)' && first.name !== '')
  return isModule ? `module${edges} (${first.name})` : startOf(first) + edges
}

function startOf({ type, name }: PathStep): string {
  if (name === '' || name === 'globalThis') return name || type
  if (type === '(closure)') return name.replace(/ {2}\S+:\d+:\d+/, '')
  return name.startsWith('closure scope') ? name : `${type}(${name})`
}
