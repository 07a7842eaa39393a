import type { Command, Option } from 'commander'
import { LeakscopeError } from '../errors.js'

type Parse = (text: string, before: unknown) => unknown

const parsers = new WeakMap<Option, Parse>()

/** Prefixes errors about an option's value with the option: `--rounds: 4 is too few`. */
export function nameOptionsInErrors(command: Command): void {
  for (const option of command.options) {
    const parse = option.parseArg as Parse | undefined
    if (parse === undefined || parsers.has(option)) continue
    parsers.set(option, parse)
    option.argParser((text: string, before: unknown) => {
      try {
        return parse(text, before)
      } catch (error) {
        if (!(error instanceof LeakscopeError) || error.code !== 'USAGE') throw error
        throw new LeakscopeError('USAGE', `${option.long ?? option.flags}: ${error.message}`, {
          hint: error.hint,
          lines: error.lines,
        })
      }
    })
  }
}

/** The parser of an option's text, for errors that use another name, such as that of a setting. */
export const parserOf = (option: Option): Parse | undefined =>
  parsers.get(option) ?? (option.parseArg as Parse | undefined)

/** Rewrites commander's errors in our format: `leakscope: unknown option '--foo'`. */
export const asOurs = (text: string): string => text.replace(/^error: /, 'leakscope: ')
