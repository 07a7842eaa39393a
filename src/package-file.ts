import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A file of this package, by its path in it, wherever the code that asks has been built to. It need not be there. */
export const packageFile = (path: string): string => join(dirname(packageJson), path)

// A package may name itself, and what it exports is found from every depth.
const packageJson = createRequire(import.meta.url).resolve('leakscope/package.json')

/**
 * The text of a file that is run elsewhere (in a target, in a browser), by its path below `src`: `render/page/page.js`. The build
 * copies such files into `dist` as they are.
 */
export function sourceText(path: string): string {
  const folder = import.meta.url.endsWith('.ts') ? 'src' : 'dist'
  return readFileSync(packageFile(join(folder, path)), 'utf8')
}
