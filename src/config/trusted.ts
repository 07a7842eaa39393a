import { lstatSync, type Stats, statSync } from 'node:fs'
import { LeakscopeError } from '../errors.js'

/**
 * Refuses a file that somebody else may have put here: one of another user (root's are trusted), and one that everybody may write to. It
 * runs code, or names commands that are run. Errors: UNSUPPORTED.
 */
export function refuseUntrusted(path: string): void {
  const uid = process.geteuid?.()
  // Windows has no such owners.
  if (uid === undefined) return
  const why = whyNot(path, lstatSync(path), uid) ?? whyNot(path, statSync(path), uid)
  if (why === undefined) return
  throw new LeakscopeError('UNSUPPORTED', `${why}, and is not used`, {
    hint: `Look at it, and name it with --config ${path} if it is to be used.`,
  })
}

function whyNot(path: string, { uid, mode }: Stats, self: number): string | undefined {
  if (uid !== self && uid !== 0) return `${path} belongs to uid ${uid}`
  const isLink = (mode & 0o170000) === 0o120000
  return !isLink && (mode & 0o002) !== 0 ? `${path} may be written by everybody` : undefined
}
