import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * The absolute path of a file of this package, given relative to the package, wherever the calling code was built to.
 * The file need not exist.
 */
export const packageFile = (path: string): string => join(dirname(packageJson), path)

// A package can import itself by name, which works from any depth.
const packageJson = createRequire(import.meta.url).resolve('leakscope/package.json')

/**
 * The text of a file that runs elsewhere (in a target, in a browser), by its path below `src`: `render/page/page.js`.
 * The build copies such files into `dist` unchanged.
 */
export function sourceText(path: string): string {
  const folder = import.meta.url.endsWith('.ts') ? 'src' : 'dist'
  return readFileSync(packageFile(join(folder, path)), 'utf8')
}
