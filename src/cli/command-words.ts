import type { Command, Option } from 'commander'

/** An option, for shell completion and the manual. */
export interface OptionWords {
  /** `--sort` */
  readonly long: string
  /** `-o`, if there is a short form. */
  readonly short: string | undefined
  /** As in the help: `--sort <count|shallow>`. */
  readonly flags: string
  readonly summary: string
  readonly takesValue: boolean
  /** The allowed values; empty if any value is. */
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
  // Options of analyses list their values in `flags`.
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
