import type { Command } from 'commander'
import { type CommandWords, commandWords } from './command-words.js'

/** The manual page, generated from commander's definitions in the markup of man(7). */
export function manPage(program: Command, version: string): string {
  const { examples, exitCodes } = texts
  return [
    `.TH LEAKSCOPE 1 "" "leakscope ${roff(version)}" "User Commands"`,
    '.SH NAME',
    `leakscope \\- ${roff(program.description())}`,
    '.SH SYNOPSIS',
    '.B leakscope',
    roff(program.usage()),
    '.SH COMMANDS',
    ...commandWords(program).flatMap(section),
    '.SH EXIT STATUS',
    ...exitCodes.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, roff(meaning)]),
    '.SH EXAMPLES',
    ...examples.flatMap(line => ['.PP', `.B ${roff(line)}`]),
    '',
  ].join('\n')
}

function section({ names, summary, usage, options }: CommandWords): string[] {
  return [
    `.SS "leakscope ${roff(names.join(', '))} ${roff(usage)}"`,
    roff(summary),
    ...options.flatMap(({ flags, summary }) => ['.TP', `.B ${roff(flags)}`, roff(summary)]),
  ]
}

// In roff a backslash begins a command, as does a dot or quote at the start of a line, and a plain dash is a hyphen.
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(/^(?=[.'])/gm, '\\&')

const texts = {
  exitCodes: [
    ['0', 'done; nothing leaks'],
    ['1', 'something leaks (check, leaks --fail)'],
    ['2', 'could not be done: wrong usage, no target, a bad file'],
    ['3', 'inconclusive (check, leaks --fail)'],
    ['130', 'interrupted'],
  ],
  examples: ['leakscope 4121', 'leakscope check -- node server.js', 'leakscope path --type Session'],
} as const
