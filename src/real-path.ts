import { realpathSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'

/** The path with links resolved; `undefined` if it does not exist. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** Whether a real path is below a real folder, and not the folder itself. */
export function isBelow(path: string, folder: string): boolean {
  const from = relative(folder, path)
  return from !== '' && from.split(sep)[0] !== '..' && !isAbsolute(from)
}
