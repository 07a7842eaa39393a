import { Command, Option } from 'commander'
import type { Analysis } from '../questions/ask/analysis.js'
import { withAnswerOptions } from './answer.js'

/** One asking of an analysis, as it came from the command line or from a line of the session. */
export interface Asked {
  readonly analysis: Analysis
  /** The word before the heaps, where the analysis takes one. */
  readonly argument: string | undefined
  /** Heaps and targets, as typed. */
  readonly words: readonly string[]
  /** Option values by key, those of the analysis and those every command has. */
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * An analysis as a commander command: its argument, its options and those of every answer. `ask` is what is done with it; in the
 * session the heap is the session's, so no heap is named there (`takesHeaps` false).
 */
export function analysisCommand(
  analysis: Analysis,
  takesHeaps: boolean,
  ask: (asked: Asked) => Promise<void>,
): Command {
  const command = new Command(analysis.name).summary(analysis.summary).description(`${analysis.summary}.`)
  if (analysis.aliases !== undefined) command.aliases([...analysis.aliases])
  const { argument } = analysis
  const isLast = takesHeaps && argument?.last === true
  // Commander lets no word that may be missing stand before one that may not: the last of them is the argument.
  if (isLast)
    command
      .argument('<words...>', `the heap (unless the newest snapshot will do), then ${argument.summary}`)
      .usage(`[options] [heap] <${argument.name}>`)
  else if (argument?.many)
    command
      .argument('<words...>', `the heap (unless the newest snapshot will do), then ${argument.summary}`)
      .usage(`[options] <@${argument.name}...> [heap]`)
  else if (argument !== undefined) command.argument(`<${argument.name}>`, argument.summary)
  if (takesHeaps && !isLast && !argument?.many) {
    if (analysis.heaps === 1)
      command.argument('[heap]', 'a .heapsnapshot file (also .gz, - for stdin) or a live target')
    else command.argument('[heaps...]', 'two or more .heapsnapshot files, oldest first, or one live target')
  }
  for (const option of Object.values(analysis.options)) {
    const made = new Option(option.flags, option.summary)
    if (option.default !== undefined && option.default !== false && !isEmptyList(option.default))
      made.default(option.default)
    const { parse } = option
    if (parse !== undefined) made.argParser(option.many ? gather(parse) : parse)
    command.addOption(made)
  }
  withAnswerOptions(command, { verdict: analysis.name === 'leaks' })
  return command.action(async (...given: unknown[]) => {
    const words = given
      .slice(0, -2)
      .flat()
      .filter((word): word is string => word !== undefined)
    const word =
      argument === undefined ? undefined : isLast ? words.pop() : argument.many ? several(words) : words.shift()
    if (isLast && words.length > 1) command.error(`error: too many arguments for '${analysis.name}'`)
    await ask({
      analysis,
      argument: word,
      words,
      values: { ...defaultsOf(analysis), ...command.opts() },
    })
  })
}

/** Takes the first word and those after it that begin with `@`. */
function several(words: string[]): string {
  const end = words.findIndex((word, at) => at > 0 && !word.startsWith('@'))
  return words.splice(0, end < 0 ? words.length : end).join(' ')
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

const defaultsOf = (analysis: Analysis): Record<string, unknown> =>
  Object.fromEntries(Object.entries(analysis.options).map(([key, option]) => [key, option.default]))

// Commander hands a repeatable option its words one by one; the list starts anew with each call of the command line.
function gather(parse: (text: string) => unknown): (text: string, before: unknown) => unknown[] {
  return (text, before) => [...(Array.isArray(before) ? before : []), parse(text)]
}
