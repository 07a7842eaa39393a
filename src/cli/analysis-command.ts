import { Command, Option } from 'commander'
import { LeakscopeError } from '../errors.js'
import { type Analysis, defaultsOf } from '../questions/ask/analysis.js'
import { withAnswerOptions } from './answer.js'
import type { AskedAnalysis } from './answering.js'
import { positional } from './positional.js'

/** An analysis with its arguments, from the command line or a line of the session. */
export interface Invocation extends AskedAnalysis {
  /** Heaps and targets, as typed. */
  readonly args: readonly string[]
}

/**
 * An analysis as a commander command: its argument, its options and the common ones. `ask` runs it. `isHeap` decides
 * which arguments can name a heap; it is `undefined` in a session, which has its own heap.
 */
export function analysisCommand(
  analysis: Analysis,
  isHeap: ((arg: string) => boolean) | undefined,
  ask: (invocation: Invocation) => Promise<void>,
): Command {
  const command = new Command(analysis.name).summary(analysis.summary).description(`${analysis.summary}.`)
  if (analysis.aliases !== undefined) command.aliases([...analysis.aliases])
  const { argument } = analysis
  const required = argument?.name ?? (selectsObjects(analysis) ? 'type or @id' : undefined)
  const mayBeMissing = argument === undefined
  if (isHeap !== undefined && analysis.heaps === 'series') {
    command.argument('[heaps...]', 'two or more .heapsnapshot files, oldest first, or one live target')
  } else if (required !== undefined) {
    const heap =
      isHeap === undefined
        ? ''
        : '; a heap may stand before or after: a .heapsnapshot file (also .gz, - for stdin) or a live target'
    const what = argument?.summary ?? 'Session, store.js:Session, @1203 @1207'
    command
      .argument(mayBeMissing ? `[${required}...]` : `<${required}...>`, `${what}${heap}`)
      .usage(`${mayBeMissing ? `[${required}]` : `<${required}>`}${isHeap === undefined ? '' : ' [heap]'} [options]`)
  } else if (isHeap !== undefined) {
    command.argument('[heap]', 'a .heapsnapshot file (also .gz, - for stdin) or a live target')
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
    const args = given
      .slice(0, -2)
      .flat()
      .filter((arg): arg is string => arg !== undefined)
    const { heaps, argument, type, ids } = positional(args, analysis, isHeap ?? (() => false))
    const values = { ...defaultsOf(analysis), ...command.opts() } as Record<string, unknown>
    if (type !== undefined && values.type !== undefined && values.type !== type) {
      throw new LeakscopeError('USAGE', `two types were given: ${type} and --type ${values.type}`, {
        hint: 'Give one of them.',
      })
    }
    if (type !== undefined) values.type = type
    if (ids.length > 0) values.id = [...((values.id ?? []) as readonly number[]), ...ids]
    await ask({ analysis, argument, args: heaps, values })
  })
}

/** Whether an analysis takes objects selected by type or id. */
export const selectsObjects = ({ options }: Analysis): boolean => 'type' in options && 'id' in options

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

// Commander passes the values of a repeatable option one by one; the list is fresh for each command line.
function gather(parse: (text: string) => unknown): (text: string, before: unknown) => unknown[] {
  return (text, before) => [...(Array.isArray(before) ? before : []), parse(text)]
}
