import { CommanderError } from 'commander'
import { LeakscopeError } from '../errors.js'
import { plain } from '../render/plain-text.js'
import type { Io } from './io.js'

/** Thrown when Ctrl-C arrives as a key, not as a signal: exits 130 without a message. */
export class Interrupted extends Error {}

/** Prints what went wrong, and returns the exit code. */
export function exitCodeFor(error: unknown, io: Io): number {
  if (isTwofold(error)) {
    // The work failed, and so did restoring the target: report both.
    const exitCode = exitCodeFor(error.suppressed, io)
    exitCodeFor(error.error, io)
    return exitCode
  }
  if (error instanceof Interrupted) return 130
  if (io.signal.aborted) {
    // An interrupt needs no message, unless the target could not be left as it was.
    if (error instanceof LeakscopeError && error.code === 'TIMEOUT') writeError(error, io)
    return 130
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof LeakscopeError) {
    writeError(error, io)
    return 2
  }
  if (isCwdGone(error)) {
    writeError(
      new LeakscopeError('USAGE', 'the folder leakscope was started in has been removed', { hint: CHANGE }),
      io,
    )
    return 2
  }
  // The message may come from a target: control characters are made visible.
  const stack = error instanceof Error ? (error.stack ?? error.message) : shownAs(error)
  const lines = stack.split('\n').map(line => plain(line))
  io.stderr.write(`leakscope: this is a bug in leakscope; please report it with what follows\n${lines.join('\n')}\n`)
  return 2
}

const CHANGE = 'Change to an existing folder: cd ~'

const isCwdGone = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && (error.syscall === 'uv_cwd' || error.syscall === 'process.cwd')

// Anything can be thrown, even a value that cannot be converted to a string.
function shownAs(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return 'a value that is not an error was thrown'
  }
}

function writeError({ message, lines, hint }: LeakscopeError, io: Io): void {
  io.stderr.write(`leakscope: ${plain(message)}\n`)
  for (const line of lines) io.stderr.write(`  ${plain(line)}\n`)
  if (hint !== undefined) io.stderr.write(`  ${plain(hint)}\n`)
}

/**
 * Thrown by `await using` if both the work and the disposal fail (`SuppressedError`, which Node.js 20 does not have).
 */
interface Twofold {
  /** Of the disposal. */
  readonly error: unknown
  /** Of the work. */
  readonly suppressed: unknown
}

const isTwofold = (error: unknown): error is Error & Twofold => error instanceof Error && 'suppressed' in error
