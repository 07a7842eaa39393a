import { isAbsolute, join } from 'node:path'
import { readRegularFile } from '../private-file.js'

/** The npm package of a file. */
export interface Package {
  readonly name: string
  /** From its package.json; `undefined` if that is not on this machine. */
  readonly version: string | undefined
}

/** The package of a file, or `undefined` for the program's own files. Reads its package.json, so cache the result. */
export function packageOf(file: string): Package | undefined {
  const [, folder, name] = inFolder.exec(file) ?? []
  if (folder === undefined || name === undefined) return undefined
  return { name: name.replaceAll('\\', '/'), version: versionIn(folder) }
}

/** The folder of a file's package, with a trailing slash. */
export const packageFolder = (file: string): string | undefined => inFolder.exec(file)?.[0]

const inFolder = /^((?:.*[\\/])?node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/s

/** Whether a file belongs to a package. */
export const isInPackage = (file: string): boolean => /(?:^|[\\/])node_modules[\\/]/.test(file)

/** The path comes from the target and may be anything: only a version is read there. */
function versionIn(folder: string): string | undefined {
  if (!isAbsolute(folder)) return undefined
  try {
    const text = readRegularFile(join(folder, 'package.json'), LARGEST, 'follow')?.toString('utf8')
    const { version } = JSON.parse(text ?? '{}') as { version?: unknown }
    return typeof version === 'string' && /^[\w.+-]{1,40}$/.test(version) ? version : undefined
  } catch {
    return undefined
  }
}

const LARGEST = 1024 * 1024
