import type { CommandWords, OptionWords } from './command-words.js'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** The completion script for a shell: commands, their options, and the values of options with a fixed set. */
export const completionScript = (shell: Shell, commands: readonly CommandWords[]): string => scripts[shell](commands)

const scripts: Readonly<Record<Shell, (commands: readonly CommandWords[]) => string>> = { bash, zsh, fish }

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
const firstSentence = (text: string): string => text.replace(/([.:;]) .*$/s, '').replace(/\.$/, '')
const namesOf = (commands: readonly CommandWords[]): string[] => commands.flatMap(({ names }) => names)

function bash(commands: readonly CommandWords[]): string {
  const values = commands.flatMap(({ names, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .flatMap(({ long, choices }) =>
        names.map(name => `    ${quoted(`${name} ${long}`)}) words=${quoted(choices.join(' '))} ;;`),
      ),
  )
  const options = commands.map(
    ({ names, options }) => `        ${names.join('|')}) words=${quoted(options.map(({ long }) => long).join(' '))} ;;`,
  )
  return `# bash completion of leakscope: source <(leakscope completion bash)
_leakscope() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${namesOf(commands).join('|')}) command=$word; break ;; esac
  done
  case "$command $prev" in
${values.join('\n')}
    *)
      if [[ $cur == -* ]]; then
        case $command in
${options.join('\n')}
        esac
      elif [[ -z $command ]]; then
        words=${quoted(namesOf(commands).join(' '))}
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _leakscope leakscope
`
}

function zsh(commands: readonly CommandWords[]): string {
  // Brackets and colons are special in a specification for _arguments.
  const bare = (text: string): string => text.replace(/[[\]\\:]/g, String.raw`\$&`)
  const option = ({ long, summary, takesValue, choices }: OptionWords): string => {
    const value = choices.length > 0 ? `:value:(${choices.join(' ')})` : takesValue ? ':value:_files' : ''
    return quoted(`*${long}[${bare(firstSentence(summary))}]${value}`)
  }
  const cases = commands.map(
    ({ names, options }) =>
      `        ${names.join('|')}) _arguments ${options.map(option).join(' ')} '*:heap or target:_files' ;;`,
  )
  const described = commands.flatMap(({ names, summary }) =>
    names.map(name => quoted(`${name}:${bare(firstSentence(summary))}`)),
  )
  return `#compdef leakscope
# zsh completion of leakscope: source <(leakscope completion zsh), or save it as _leakscope in a folder of $fpath
_leakscope() {
  local context state line
  typeset -A opt_args
  _arguments -C '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(${described.join(' ')})
      _describe command commands
      _files -g '*.heapsnapshot*' ;;
    rest)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}
compdef _leakscope leakscope
`
}

function fish(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ names, summary, options }) => [
    ...names.map(
      name => `complete -c leakscope -n __fish_use_subcommand -a ${name} -d ${quoted(firstSentence(summary))}`,
    ),
    ...options.map(({ long, short, summary, takesValue, choices }) =>
      [
        `complete -c leakscope -n '__fish_seen_subcommand_from ${names.join(' ')}' -l ${long.slice(2)}`,
        short === undefined ? '' : `-s ${short.slice(1)}`,
        choices.length > 0 ? `-x -a ${quoted(choices.join(' '))}` : takesValue ? '-r' : '',
        `-d ${quoted(firstSentence(summary))}`,
      ]
        .filter(Boolean)
        .join(' '),
    ),
  ])
  return `# fish completion of leakscope: leakscope completion fish | source\n${lines.join('\n')}\n`
}
