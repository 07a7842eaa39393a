import { lstatSync, type Stats, statSync } from 'node:fs'
import { LeakscopeError } from '../errors.js'

/**
 * Refuses a file that somebody else may have put here: one of another user (except root), or one that is writable by
 * everybody. A configuration can run code and commands. Errors: UNSUPPORTED.
 */
export function refuseUntrusted(path: string): void {
  const uid = process.geteuid?.()
  // Windows has no uids.
  if (uid === undefined) return
  const why = whyNot(path, lstatSync(path), uid) ?? whyNot(path, statSync(path), uid)
  if (why === undefined) return
  throw new LeakscopeError('UNSUPPORTED', `${why}, and is not used`, {
    hint: `Review it, then name it with --config ${path} to use it.`,
  })
}

function whyNot(path: string, { uid, mode }: Stats, self: number): string | undefined {
  if (uid !== self && uid !== 0) return `${path} belongs to uid ${uid}`
  const isLink = (mode & 0o170000) === 0o120000
  return !isLink && (mode & 0o002) !== 0 ? `${path} is writable by everybody` : undefined
}
