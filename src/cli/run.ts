import { changed, type Io, type Outcome, Unwritable } from './io.js'
import { shortAnswer } from './short-answers.js'

/**
 * The command line in a real process. The first Ctrl-C (or SIGTERM) lets the work unwind, so that the target and the
 * disk are left as they were; a second one exits at once. A reader that has gone (`leakscope types | head`) also
 * unwinds the work; that is not a failure, unless a verdict was not reached, since 0 would mean that nothing leaks.
 * Returns the exit code.
 */
export async function run(process: NodeJS.Process): Promise<number> {
  const short = shortAnswer(process.argv.slice(2), process.stdout)
  if (short !== undefined) {
    process.stdout.on('error', () => {})
    process.stdout.write(short)
    return 0
  }
  const [{ exitCodeFor }, { main }] = await Promise.all([import('./failures.js'), import('./main.js')])
  const controller = new AbortController()
  let interrupted = false
  let early: (() => void) | undefined
  const interrupt = (signal?: NodeJS.Signals): void => {
    if (signal === 'SIGINT' && early !== undefined) {
      const act = early
      early = undefined
      act()
      return
    }
    if (interrupted) process.exit(130)
    interrupted = true
    controller.abort(new Error('interrupted'))
  }
  for (const signal of signals) process.on(signal, interrupt)

  let unwritable: NodeJS.ErrnoException | undefined
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    unwritable ??= error
    // Unwinds instead of exiting: the inspector of an attached target must be closed.
    controller.abort(new Unwritable(error.message, { cause: error }))
  })
  // Even a bug of ours must not leave an inspector open.
  let bug: { readonly error: unknown } | undefined
  const fail = (error: unknown): void => {
    if (bug !== undefined) process.exit(2)
    bug = { error }
    controller.abort(error)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  // A reader that stops reading stderr still wants the answer.
  process.stderr.on('error', () => {})
  const io: Io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    get cwd() {
      return process.cwd()
    },
    signal: controller.signal,
    onNextInterrupt(act) {
      early = act
      return () => {
        if (early === act) early = undefined
      }
    },
  }
  const uninterrupted = (): Io => changed(io, { signal: new AbortController().signal })
  // Node.js exits when nothing is left to wait for, even if a promise never settled.
  const lost = (): void => {
    if (interrupted) return
    process.exitCode = exitCodeFor(bug?.error ?? new Error('leakscope ended before it was done'), uninterrupted())
  }
  process.on('exit', lost)

  const outcome: Outcome = { exitCode: 0 }
  try {
    const exitCode = await main(process.argv.slice(2), io, outcome)
    await written(process.stdout)
    if (bug !== undefined) return exitCodeFor(bug.error, uninterrupted())
    if (unwritable === undefined || interrupted) return exitCode
    if (unwritable.code !== 'EPIPE') {
      process.stderr.write(`leakscope: the answer cannot be written to stdout: ${unwritable.message}\n`)
      return 2
    }
    if (exitCode !== 130) return exitCode
    if (outcome.verdict === undefined) return 0
    if (outcome.verdict === 'reached') return outcome.exitCode
    process.stderr.write('leakscope: stdout was closed before there was a verdict\n')
    return 2
  } catch (error) {
    return exitCodeFor(error, uninterrupted())
  } finally {
    process.off('exit', lost)
    // Another Ctrl-C while Node.js exits gives the same code.
    if (!interrupted) for (const signal of signals) process.off(signal, interrupt)
    process.off('uncaughtException', fail)
    process.off('unhandledRejection', fail)
    process.stdin.unref?.()
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

// A write's failure is known only when it has completed.
const written = (stream: NodeJS.WriteStream): Promise<void> => new Promise(resolve => stream.write('', () => resolve()))
