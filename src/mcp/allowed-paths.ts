import { statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LeakscopeError } from '../errors.js'
import { isBelow, realPath } from '../real-path.js'

/** Which files an agent may name. */
export interface AllowedPaths {
  /** The real path of an existing file. Errors: USAGE, NOT_FOUND. */
  existing(path: string, endings: RegExp, what: string): string
  /** A file to write, in an existing folder. Errors: USAGE, NOT_FOUND. */
  output(path: string, endings: RegExp): string
}

/**
 * Lets an agent use only files below some folders, after resolving links: text in a web page or heap may have tricked
 * it into naming another. Relative paths start at `base`.
 */
export function allowedPaths(base: string, folders: readonly string[]): AllowedPaths {
  // A folder that does not exist yet, such as .leakscope, contains no files.
  const roots = (): string[] => folders.flatMap(folder => realPath(resolve(base, folder)) ?? [])
  const allowed = (path: string, named: string): string => {
    if (roots().some(root => isBelow(path, root))) return path
    throw new LeakscopeError('USAGE', `${named} is outside the folders that this server may use`, {
      hint: 'Name a file below the folder the server was started in, or start it with --allow <folder>.',
    })
  }
  return {
    existing(named, endings, what) {
      ending(named, endings, what)
      const path = realPath(resolve(base, named))
      if (path === undefined) {
        // Does not reveal whether a file exists outside the allowed folders.
        allowed(resolve(base, named), named)
        throw new LeakscopeError('NOT_FOUND', `there is no file ${named}`, { hint: `Give the path of ${what}.` })
      }
      allowed(path, named)
      if (statSync(path).isFile()) return path
      throw new LeakscopeError('USAGE', `${named} is not a regular file`, { hint: `Give the path of ${what}.` })
    },
    output(named, endings) {
      ending(named, endings, 'the file to write')
      const path = resolve(base, named)
      const folder = realPath(dirname(path))
      if (folder === undefined) {
        allowed(path, named)
        throw new LeakscopeError('NOT_FOUND', `the folder of ${named} does not exist`, { hint: 'Name another folder.' })
      }
      const there = realPath(path)
      return allowed(there ?? join(folder, basename(path)), named)
    },
  }
}

function ending(named: string, endings: RegExp, what: string): void {
  if (named.includes('\0') || !endings.test(named)) {
    throw new LeakscopeError('USAGE', `${JSON.stringify(named)} is not the name of ${what}`, {
      hint: `The name must match ${endings}.`,
    })
  }
}
