import { realpathSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'

/** The path with links followed; `undefined` where nothing is there. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** Whether a real path lies below a real folder, and is not that folder. */
export function isBelow(path: string, folder: string): boolean {
  const from = relative(folder, path)
  return from !== '' && from.split(sep)[0] !== '..' && !isAbsolute(from)
}
