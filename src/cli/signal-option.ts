import type { Command } from 'commander'
import type { Io } from './io.js'

/** Adds `--no-signal` to a command that attaches: SIGUSR1 is never sent. */
export function withSignalOption(command: Command, io: Io): Command {
  return command
    .option('--no-signal', 'never send SIGUSR1: attach only to an inspector that is open already')
    .on('option:signal', () => {
      if (io.attaching !== undefined) io.attaching.noSignal = true
    })
}
