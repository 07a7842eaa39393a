import { CommanderError } from 'commander'
import { LeakscopeError } from '../errors.js'
import { plain } from '../render/plain-text.js'
import type { Io } from './io.js'

/** Tells people what went wrong, and gives the exit code that tells programs. */
export function exitCodeFor(error: unknown, io: Io): number {
  if (io.signal.aborted) return 130
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof LeakscopeError) {
    io.stderr.write(`leakscope: ${plain(error.message)}\n`)
    if (error.hint !== undefined) io.stderr.write(`  ${plain(error.hint)}\n`)
    return 2
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  io.stderr.write(`leakscope: this is a bug in leakscope; please report it with what follows\n${stack}\n`)
  return 2
}
