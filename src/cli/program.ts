import { Command, CommanderError, Option } from 'commander'
import { exitCode } from '../check/exit-code.js'
import type { Verdict } from '../growth/verdict.js'
import { analyses } from '../questions/index.js'
import { analysisCommand } from './analysis-command.js'
import { ask } from './ask.js'
import { captureOption } from './capture-option.js'
import type { Io, Outcome } from './io.js'
import { asOurs, nameOptionsInErrors } from './option-errors.js'
import { namesHeap } from './positional.js'
import { parseCount, parseDuration } from './quantities.js'
import { applySettings } from './settings.js'
import { withSignalOption } from './signal-option.js'
import { commandGroups } from './start-screen.js'
import { pruneStored, setStorage, withStorageOptions } from './storage.js'
import { version } from './version.js'
import { workerOption } from './worker-option.js'

/**
 * The command line. `first` is its first argument: if that is a question about a heap, the commands for live processes
 * are not loaded, since loading them takes about as long as an answer from a small file. `started` is the program after
 * `--`, if any.
 */
export async function program(
  first: string | undefined,
  io: Io,
  started: readonly string[] | undefined,
  outcome: Outcome,
): Promise<Command> {
  const leakscope = new Command('leakscope')
    .description('Find what leaks in a live Node.js process, what retains it, and where.')
    .version(version(), '-v, --version', 'the version of leakscope')
    // The earlier name.
    .addOption(new Option('-V').hideHelp())
    .on('option:V', () => {
      io.stdout.write(`${version()}\n`)
      throw new CommanderError(0, 'commander.version', version())
    })
    .usage('<pid, file or command> [options]')
    .configureHelp({ subcommandTerm: command => [command.name(), ...command.aliases()].join(', ') })
    .addHelpCommand(new Command('help').description('How to use a command').argument('[command]').helpGroup('And:'))
    .exitOverride()
    .configureOutput({
      writeOut: text => void io.stdout.write(text),
      writeErr: text => void io.stderr.write(text),
      outputError: (text, write) => write(asOurs(text)),
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

  const add = (...commands: Command[]): void => {
    for (const command of commands) {
      command.option('--config <file>', 'the configuration (default: leakscope.config.{json,mjs,ts} of this folder)')
      nameOptionsInErrors(command)
      inherit(command, leakscope).showHelpAfterError(`(leakscope ${command.name()} --help says how)`)
      leakscope.addCommand(command)
    }
  }
  if (!isQuestion(first)) {
    const { checkCommand, cleanCommand, completionCommand, configCommand, historyCommand, liveCommands } = await import(
      './commands/index.js'
    )
    const { watchCommand } = await import('./commands/watch.js')
    const live = liveCommands(io, started, outcome)
    const checks = [checkCommand(io, started, outcome), watchCommand(io, outcome)]
    for (const command of [...live.filter(each => each.name() !== 'ps'), ...checks]) withSignalOption(command, io)
    add(...live, ...checks, historyCommand(io), configCommand(io), cleanCommand(io), completionCommand(io))
  }
  add(
    ...analyses.map(analysis => {
      const command = analysisCommand(
        analysis,
        word => namesHeap(word, io.cwd),
        async invocation => {
          if (invocation.values.fail !== true) return ask(invocation, started, io)
          outcome.verdict = 'awaited'
          await ask(invocation, started, io, verdict => {
            outcome.exitCode = exitCode(verdict as Verdict)
            outcome.verdict = 'reached'
          })
        },
      )
      withStorageOptions(withSignalOption(command.addOption(captureOption()).addOption(workerOption()), io))
      command.option('--force', 'capture a live target even if the pre-flight check refuses it')
      if (analysis.heaps === 1) {
        command.option('--no-save', 'read the heap of a live target during the capture: nothing is written to disk')
      } else {
        command
          .option(
            '--every <duration>',
            'the wait between captures of a live target (default: Enter, or 10s)',
            parseDuration,
          )
          .option(
            '--heaps <n>',
            'number of captures of a live target',
            parseCount(2),
            analysis.name === 'leaks' ? 3 : 2,
          )
      }
      return command
    }),
  )
  return grouped(leakscope)
}

/** Commands in the order of the help: by task. */
function grouped(leakscope: Command): Command {
  const places = new Map(commandGroups.flatMap(([title, names]) => names.map(name => [name, title] as const)))
  const order = [...places.keys()]
  const place = (command: Command): number => {
    const at = order.indexOf(command.name())
    return at < 0 ? order.length : at
  }
  for (const command of leakscope.commands) command.helpGroup(places.get(command.name()) ?? 'And:')
  ;(leakscope.commands as Command[]).sort((a, b) => place(a) - place(b))
  return leakscope
}

/** Whether a word is the name of a command; commands take precedence over files and processes of that name. */
export const isCommand = (word: string): boolean =>
  isQuestion(word) || ['help', 'completion'].includes(word) || commandGroups.some(([, names]) => names.includes(word))

const isQuestion = (word: string | undefined): boolean =>
  analyses.some(({ name, aliases = [] }) => word !== undefined && [name, ...aliases].includes(word))

/** Gives a subcommand created elsewhere its parent's error and output settings. */
export const inherit = (command: Command, parent: Command): Command => command.copyInheritedSettings(parent)

const examples = `
Examples:
  leakscope 4121                         what fills the memory of a process
  leakscope check 4121                   does it leak? a sentence, an exit code
  leakscope check -- node server.js      the same for a program it starts
  leakscope attach 4121                  a session on a live process
  leakscope path Session                 what retains the objects of a type
  leakscope refs 4121 --expr cache.a     a live value and what it refers to
  leakscope growth a.heapsnapshot b.heapsnapshot`
