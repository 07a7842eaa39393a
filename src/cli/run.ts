import { exitCodeFor } from './failures.js'
import type { Io } from './io.js'
import { main } from './main.js'

/**
 * The command line in a real process. The first Ctrl-C (or SIGTERM) lets the work unwind, so that the target and the disk are left
 * as they were; a second one ends at once. So does a reader that has gone (`leakscope types | head`), which is no failure. Gives the
 * exit code.
 */
export async function run(process: NodeJS.Process): Promise<number> {
  const controller = new AbortController()
  let interrupted = false
  const interrupt = (): void => {
    if (interrupted) process.exit(130)
    interrupted = true
    controller.abort(new Error('interrupted'))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  process.on('SIGHUP', interrupt)

  let unwritable: NodeJS.ErrnoException | undefined
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    unwritable ??= error
    // Unwinds, not exits: a target may be attached, and its inspector is to be closed.
    controller.abort(error)
  })
  // A bug of ours must not leave an inspector open either.
  let bug: { readonly error: unknown } | undefined
  const fail = (error: unknown): void => {
    if (bug !== undefined) process.exit(2)
    bug = { error }
    controller.abort(error)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  // Who stops reading the notes still wants the answer.
  process.stderr.on('error', () => {})
  const io: Io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
  }
  try {
    const exitCode = await main(process.argv.slice(2), io)
    if (bug !== undefined) return exitCodeFor(bug.error, { ...io, signal: new AbortController().signal })
    await written(process.stdout)
    if (unwritable === undefined || interrupted) return exitCode
    if (unwritable.code === 'EPIPE') return exitCode === 130 ? 0 : exitCode
    process.stderr.write(`leakscope: the answer cannot be written to stdout: ${unwritable.message}\n`)
    return 2
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    process.off('SIGHUP', interrupt)
    process.off('uncaughtException', fail)
    process.off('unhandledRejection', fail)
    process.stdin.unref?.()
  }
}

// Only once a write is over is it known whether it failed.
const written = (stream: NodeJS.WriteStream): Promise<void> => new Promise(resolve => stream.write('', () => resolve()))
