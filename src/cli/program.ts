import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { exitCode } from '../check/exit-code.js'
import type { Verdict } from '../growth/verdict.js'
import { packageFile } from '../package-file.js'
import { analyses } from '../questions/index.js'
import { analysisCommand } from './analysis-command.js'
import { ask } from './ask.js'
import { captureOption } from './capture-option.js'
import type { Io, Outcome } from './io.js'
import { parseCount, parseDuration } from './quantities.js'
import { applySettings } from './settings.js'
import { pruneStored, setStorage, withStorageOptions } from './storage.js'
import { workerOption } from './worker-option.js'

/**
 * The command line. `first` is its first word: where that is a question about a heap, the commands for live processes are not even
 * loaded, since an answer from a small file takes hardly longer than they do. `started` is the program after `--`, where there is one.
 */
export async function program(
  first: string | undefined,
  io: Io,
  started: readonly string[] | undefined,
  outcome: Outcome,
): Promise<Command> {
  const leakscope = new Command('leakscope')
    .description('Attach to a live Node.js process and be told what leaks, what holds it, and where.')
    .version(version(), '-V, --version', 'the version of leakscope')
    .usage('<command> [target or heap] [options]')
    .addHelpCommand(new Command('help').description('How a command is used.').argument('[command]').helpGroup('And:'))
    .exitOverride()
    .configureOutput({
      writeOut: text => void io.stdout.write(text),
      writeErr: text => void io.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(leakscope <command> --help says how)')
    .addHelpText('after', examples)
    .hook('preAction', async (_, command) => {
      await applySettings(command, io)
      setStorage(io, command.opts())
    })
    .hook('postAction', () => pruneStored(io))

  const add = (group: string, ...commands: Command[]): void => {
    for (const command of commands) {
      command.option('--config <file>', 'the configuration (default: leakscope.config.{json,mjs,ts} of this folder)')
      inherit(command, leakscope).showHelpAfterError(`(leakscope ${command.name()} --help says how)`)
      leakscope.addCommand(command.helpGroup(group))
    }
  }
  if (!isQuestion(first)) {
    const { checkCommand, cleanCommand, configCommand, historyCommand, liveCommands } = await import(
      './commands/index.js'
    )
    add('A live process:', ...liveCommands(io, started, outcome))
    const { watchCommand } = await import('./commands/watch.js')
    add(
      'The leak check:',
      checkCommand(io, started, outcome),
      watchCommand(io, outcome),
      historyCommand(io),
      configCommand(io),
      cleanCommand(io),
    )
  }
  add(
    'Questions about a heap:',
    ...analyses.map(analysis => {
      const command = analysisCommand(analysis, true, async asked => {
        const verdict = await ask(asked, started, io)
        if (asked.values.fail === true) outcome.exitCode = exitCode(verdict as Verdict)
      })
      withStorageOptions(command.addOption(captureOption()).addOption(workerOption()))
      command.option('--force', 'capture a live target even where the pre-flight check refuses it')
      if (analysis.heaps === 1) {
        command.option('--no-save', 'read the heap of a live target while it is captured: nothing is written to a disk')
      } else {
        command
          .option(
            '--every <duration>',
            'the wait between captures of a live target (default: Enter, or 10s)',
            parseDuration,
          )
          .option(
            '--heaps <n>',
            'how often a live target is captured',
            parseCount(2),
            analysis.name === 'leaks' ? 3 : 2,
          )
      }
      return command
    }),
  )
  return leakscope
}

const isQuestion = (word: string | undefined): boolean =>
  analyses.some(({ name, aliases = [] }) => word !== undefined && [name, ...aliases].includes(word))

/** Subcommands made elsewhere answer errors and write output as their parent does. */
export const inherit = (command: Command, parent: Command): Command => command.copyInheritedSettings(parent)

const examples = `
Examples:
  leakscope attach 4121                          a session on a live process
  leakscope refs 4121 --expr globalThis.cache    what an object refers to, as a graph
  leakscope growth before.heapsnapshot after.heapsnapshot
  leakscope check 4121 --json                    the leak check: exit code 0 clean, 1 leaking, 3 cannot tell
  leakscope check -- node server.js              the same, for a program it starts and ends`

export function version(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version
}
