import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A file of this package, by its path in it, wherever the code that asks has been built to. It need not be there. */
export const packageFile = (path: string): string => join(dirname(packageJson), path)

// A package may name itself, and what it exports is found from every depth.
const packageJson = createRequire(import.meta.url).resolve('leakscope/package.json')
