import type { Command } from 'commander'
import { LeakscopeError } from '../../errors.js'
import { commandGroups } from '../start-screen.js'

/**
 * Splits a line of the session into verbs and their arguments, like a shell: spaces separate, quotes group, `;` ends a
 * verb, `> file` at its end is `-o file`. After `$`, the rest of the line is JavaScript, unchanged. Errors: USAGE for
 * an unclosed quote.
 */
export function verbsOf(line: string): string[][] {
  const verbs: string[][] = []
  let args: string[] = []
  let arg: string | undefined
  let quote = ''

  const endWord = (): void => {
    if (arg !== undefined) args.push(arg)
    arg = undefined
  }
  const endVerb = (): void => {
    endWord()
    if (args.length > 0) verbs.push(args)
    args = []
  }

  for (let place = 0; place < line.length; place++) {
    const letter = line[place]!
    if (args.length === 0 && arg === undefined && quote === '' && /^\$(\s|$)/.test(line.slice(place))) {
      const expression = line.slice(place + 1).trim()
      verbs.push(expression === '' ? ['$'] : ['$', '--', expression])
      return verbs
    }
    if (quote !== '') {
      if (letter === quote) quote = ''
      else arg = (arg ?? '') + (letter === '\\' && quote === '"' && place + 1 < line.length ? line[++place] : letter)
    } else if (letter === '"' || letter === "'") {
      quote = letter
      arg ??= ''
    } else if (letter === ';') endVerb()
    else if (letter === '>' && arg === undefined) args.push('--output')
    else if (/\s/.test(letter)) endWord()
    else arg = (arg ?? '') + letter
  }
  if (quote !== '') throw new LeakscopeError('USAGE', `a ${quote} is not closed`, { hint: `Close it: ${line}${quote}` })
  endVerb()
  return verbs
}

/**
 * The arguments of a verb. Answers show commands for a shell (`leakscope path @1203`); in a session `leakscope` is
 * dropped. Errors: USAGE for a command that is not a verb, with how to run it.
 */
export function asVerb(
  args: readonly string[],
  verbs: readonly Command[],
  target: { readonly pid: number | null },
): readonly string[] {
  const words = args[0] === 'leakscope' && args.length > 1 ? args.slice(1) : args
  const [name = ''] = words
  const isVerb = verbs.some(verb => verb.name() === name || verb.aliases().includes(name))
  if (isVerb || !commandGroups.some(([, names]) => names.includes(name))) return words
  throw new LeakscopeError('USAGE', `${name} is a command, not a verb of the session`, {
    hint: `Run it in another terminal: leakscope ${name}${TAKES_TARGET.includes(name) && target.pid !== null ? ` ${target.pid}` : ''}`,
  })
}

const TAKES_TARGET: readonly string[] = ['check', 'watch', 'report', 'arm', 'disarm', 'attach']
