import type { Command } from 'commander'
import { wordWrapped } from '../../render/text-width.js'

// By purpose, the most useful verb first. A test checks that every verb is listed once.
const groups: readonly (readonly [title: string, verbs: readonly string[]])[] = [
  ['What grows', ['mark', 'growth', 'new-ids', 'leaks']],
  ['What is there', ['types', 'count', 'find', 'query', 'dominators', 'suspects', 'overview']],
  ['What retains it', ['path', 'backrefs', 'refs', 'cycles', 'native-held']],
  ['Specialised questions', ['collections', 'closures', 'listeners', 'timers', 'promises', 'strings', 'shapes']],
  ['The program as it is now', ['memory', 'allocations', 'gc', 'inspect', 'at', '$']],
  ['The session', ['snapshot', 'heap', 'doctor', 'help', 'exit']],
]

const introduction = `To find a leak: mark, let the program work, growth. Then, for a type that grew, here Session:
path Session --limit 1 shows what retains it, backrefs Session --limit 1 > kept.svg draws it.
Without a heap, a question captures one. <verb> --help lists its options, Tab completes, Ctrl-C interrupts.`

/**
 * The output of `help` in a session: how to find a leak, then each verb in a line, by purpose, no wider than `width`.
 * Verbs of `commands` that are in no group come last.
 */
export function sessionHelp(commands: readonly Command[], width: number): string {
  const grouped = new Set(groups.flatMap(([, verbs]) => verbs))
  const others = commands.map(command => command.name()).filter(name => !grouped.has(name))
  const sections = [...groups, ['Others', others] as const].filter(([, verbs]) => verbs.length > 0)
  const named = sections.flatMap(([, verbs]) => verbs).map(name => headOf(commands, name).length)
  const column = Math.max(...named) + 4
  return [
    ...introduction.split('\n').map(line => wrapped(line, width, 0)),
    ...sections.map(([title, verbs]) =>
      [
        `\n${title}`,
        ...verbs.map(name => {
          const head = `  ${headOf(commands, name)}`.padEnd(column)
          return head + wrapped(verb(commands, name)?.description() ?? '', width, column)
        }),
      ].join('\n'),
    ),
    '',
  ].join('\n')
}

/** `new-ids, new`. */
function headOf(commands: readonly Command[], name: string): string {
  return [name, ...(verb(commands, name)?.aliases() ?? [])].join(', ')
}

const verb = (commands: readonly Command[], name: string): Command | undefined =>
  commands.find(command => command.name() === name)

/** Wraps text; lines after the first are indented by `indent`, where the first begins. */
const wrapped = (text: string, width: number, indent: number): string =>
  wordWrapped(text, Math.max(width - indent, 20)).join(`\n${' '.repeat(indent)}`)
