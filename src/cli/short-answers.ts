import { readFileSync } from 'node:fs'
import { packageFile } from '../package-file.js'
import type { Screen } from './io.js'
import { version } from './version.js'

/**
 * Answers that need no commands, since loading these takes three times as long as starting Node.js: the version, and
 * the list of commands, which the build has written for 80 columns. `undefined` for anything else.
 */
export function shortAnswer(args: readonly string[], { columns = 80 }: Pick<Screen, 'columns'>): string | undefined {
  if (args.length !== 1) return undefined
  const [word] = args
  if (word === '--version' || word === '-v' || word === '-V') return `${version()}\n`
  if (columns !== 80 || (word !== '--help' && word !== '-h' && word !== 'help')) return undefined
  try {
    return readFileSync(packageFile('dist/help.txt'), 'utf8') || undefined
  } catch {
    return undefined
  }
}
