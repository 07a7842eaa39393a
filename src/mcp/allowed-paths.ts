import { statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LeakscopeError } from '../errors.js'
import { isBelow, realPath } from '../real-path.js'

/** Which files an agent may name. */
export interface AllowedPaths {
  /** A file that is there, by its real path. Errors: USAGE, NOT_FOUND. */
  existing(path: string, endings: RegExp, what: string): string
  /** A file to be written, in a folder that is there. Errors: USAGE, NOT_FOUND. */
  output(path: string, endings: RegExp): string
}

/**
 * Lets an agent name files below some folders only, links followed: what it read in a web page or in a heap may have talked it into
 * naming another. `base` is where relative paths begin.
 */
export function allowedPaths(base: string, folders: readonly string[]): AllowedPaths {
  // A folder that is not there yet, such as .leakscope, holds nothing that could be named.
  const roots = (): string[] => folders.flatMap(folder => realPath(resolve(base, folder)) ?? [])
  const allowed = (path: string, named: string): string => {
    if (roots().some(root => isBelow(path, root))) return path
    throw new LeakscopeError('USAGE', `${named} is outside of the folders this server may use`, {
      hint: 'Name a file below the folder the server was started in, or start it with --allow <folder>.',
    })
  }
  return {
    existing(named, endings, what) {
      ending(named, endings, what)
      const path = realPath(resolve(base, named))
      if (path === undefined) {
        // Whether a file is there is said only of folders that may be looked into.
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
      hint: `The name has to match ${endings}.`,
    })
  }
}
