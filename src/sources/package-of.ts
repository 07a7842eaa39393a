import { isAbsolute, join } from 'node:path'
import { readRegularFile } from '../private-file.js'

/** A package of npm that a file belongs to. */
export interface Package {
  readonly name: string
  /** As its package.json says; `undefined` where that is not on this machine. */
  readonly version: string | undefined
}

/** The package that a file belongs to, or `undefined` for the program's own. Reads its package.json: once is enough. */
export function packageOf(file: string): Package | undefined {
  const [, folder, name] = inFolder.exec(file) ?? []
  if (folder === undefined || name === undefined) return undefined
  return { name: name.replaceAll('\\', '/'), version: versionIn(folder) }
}

/** The folder of the package that a file belongs to, with a slash at its end. */
export const packageFolder = (file: string): string | undefined => inFolder.exec(file)?.[0]

const inFolder = /^((?:.*[\\/])?node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/s

/** Whether a file is one of a package. */
export const isInPackage = (file: string): boolean => /(?:^|[\\/])node_modules[\\/]/.test(file)

/** A program says where its files are, and may say so of anything: only a version is taken from there. */
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
