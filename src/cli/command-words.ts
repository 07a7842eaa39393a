import type { Command, Option } from 'commander'

/** An option as a shell completes it and a manual lists it. */
export interface OptionWords {
  /** `--sort` */
  readonly long: string
  /** `-o`; `undefined` where there is none. */
  readonly short: string | undefined
  /** As the help writes it: `--sort <count|shallow>`. */
  readonly flags: string
  readonly summary: string
  readonly takesValue: boolean
  /** The values that may follow; none where any may. */
  readonly choices: readonly string[]
}

/** A command of the command line as data, read from commander's definition of it. */
export interface CommandWords {
  readonly names: readonly string[]
  readonly summary: string
  /** `[options] [target]` */
  readonly usage: string
  readonly options: readonly OptionWords[]
}

/** Every command that the help shows, in its order. */
export const commandWords = (program: Command): CommandWords[] =>
  program.createHelp().visibleCommands(program).map(wordsOf)

/** One command: its names, usage and visible options. */
export function wordsOf(command: Command): CommandWords {
  return {
    names: [command.name(), ...command.aliases()],
    summary: command.description(),
    usage: command.usage(),
    options: command.createHelp().visibleOptions(command).map(optionWords),
  }
}

function optionWords({ long, short, flags, description, required, optional, argChoices }: Option): OptionWords {
  // An option of a question names its values in its flags.
  const named = /<([\w-]+(?:\|[\w-]+)+)>/.exec(flags)?.[1]?.split('|') ?? []
  return {
    long: long ?? short!,
    short: long === undefined ? undefined : short,
    flags,
    summary: description,
    takesValue: required || optional,
    choices: argChoices ?? named,
  }
}
