import type { Command } from 'commander'
import type { Io } from './io.js'

/** Gives a command that attaches `--no-signal`: no process is sent SIGUSR1, whatever the command does. */
export function withSignalOption(command: Command, io: Io): Command {
  return command
    .option('--no-signal', 'never send SIGUSR1: attach only to an inspector that is open already')
    .on('option:signal', () => {
      if (io.attaching !== undefined) io.attaching.noSignal = true
    })
}
