import { Argument, Command } from 'commander'
import { commandWords } from '../command-words.js'
import { completionScript, type Shell, shells } from '../completion-script.js'
import type { Io } from '../io.js'

/** `leakscope completion`: prints a shell's completion script. */
export const completionCommand = (io: Io): Command =>
  new Command('completion')
    .description('Print the completion script of a shell: source <(leakscope completion bash)')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .action((shell: Shell, _: object, command: Command) => {
      io.stdout.write(completionScript(shell, commandWords(command.parent!)))
    })
