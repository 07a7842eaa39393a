import { refuseWithSuggestion } from './did-you-mean.js'
import { exitCodeFor } from './failures.js'
import { changed, type Io, type Outcome } from './io.js'
import { withCommand } from './overview.js'
import { isCommand, program } from './program.js'
import { startScreen } from './start-screen.js'

/**
 * The command line: runs `args` with `io` and returns the exit code: 0 done, 1 leaking, 2 failed, 3 inconclusive, 130
 * interrupted. Writes answers to stdout and everything else to stderr; never throws. `outcome` tells what the code
 * stands for.
 */
export async function main(args: readonly string[], io: Io, outcome: Outcome = { exitCode: 0 }): Promise<number> {
  const troubles: unknown[] = []
  const { own: typed, command } = splitAtDashes(args)
  try {
    if (typed.every(word => word.startsWith('-') && !/^-(v|V|h|-version|-help)$/.test(word)) && command === undefined) {
      io.stderr.write(startScreen)
      return 2
    }
    const own = withCommand(command === undefined || typed.length > 0 ? typed : ['overview'], isCommand, () => io.cwd)
    if (command === undefined) refuseWithSuggestion(own, isCommand)
    const leakscope = await program(
      own[0],
      changed(io, { troubles, attaching: { noSignal: false }, storage: {} }),
      command,
      outcome,
    )
    await leakscope.parseAsync(own, { from: 'user' })
    // A verdict that was reached stands, even if the reader has gone or something else failed.
    for (const trouble of troubles.splice(0)) outcome.exitCode ||= exitCodeFor(trouble, io)
    return io.signal.aborted && outcome.exitCode === 0 && outcome.stopped !== true ? 130 : outcome.exitCode
  } catch (error) {
    for (const trouble of troubles) exitCodeFor(trouble, io)
    return exitCodeFor(error, io)
  }
}

// After `--` comes a program to start; its options are not ours.
function splitAtDashes(args: readonly string[]): { own: string[]; command: string[] | undefined } {
  const dashes = args.indexOf('--')
  return dashes === -1
    ? { own: [...args], command: undefined }
    : { own: args.slice(0, dashes), command: args.slice(dashes + 1) }
}
