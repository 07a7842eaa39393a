import { LeakscopeError } from '../errors.js'

/** Names that other tools and languages use for a command. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  growth: ['diff', 'compare', 'delta'],
  snapshot: ['dump', 'capture', 'heapdump', 'heap-dump', 'gcore'],
  types: ['top', 'histogram', 'histo', 'summary', 'classes'],
  find: ['objects', 'instances', 'ls'],
  path: ['retainers', 'gcroot', 'paths'],
  dominators: ['tree', 'dominator-tree', 'retained'],
  suspects: ['leak-suspects', 'analyze', 'analyse'],
  allocations: ['profile', 'flame', 'flamegraph', 'sampling', 'heapprofile'],
  report: ['html', 'page'],
  redact: ['anonymize', 'anonymise', 'sanitize', 'scrub'],
  ps: ['list', 'processes', 'jps'],
  watch: ['monitor', 'daemon', 'serve'],
  memory: ['mem', 'rss'],
  attach: ['repl', 'session', 'shell', 'connect'],
  mcp: ['agent', 'agents', 'server'],
}

/** Commands that take a process, and start a program only after `--`. */
const STARTS: readonly string[] = ['check', 'attach', 'memory', 'doctor', 'snapshot', 'allocations', 'report']

/** Commands that compare heaps, the older one first. `--since` belongs to those that draw one heap. */
const COMPARES: readonly string[] = ['growth', 'leaks', 'new-ids', 'new']

/** Refuses a wrong command line whose intended form is known, and shows that form. Errors: USAGE. */
export function refuseWithSuggestion(words: readonly string[], isCommand: (word: string) => boolean): void {
  const [first = '', second, ...others] = words
  if (
    STARTS.includes(first) &&
    second !== undefined &&
    /^(node|nodejs|npm|npx|tsx|bun)$/.test(second) &&
    others.length > 0
  ) {
    throw new LeakscopeError('USAGE', `${first} takes a process; a program to start goes after --`, {
      hint: `Use: leakscope ${first} -- ${[second, ...others].join(' ')}`,
    })
  }
  if (COMPARES.includes(first)) refuseSince(first, words.slice(1))
  if (isCommand(first)) return
  const meant = Object.keys(MEANT).find(name => MEANT[name]!.includes(first.toLowerCase()))
  if (meant === undefined) return
  throw new LeakscopeError('USAGE', `there is no command '${first}'; its equivalent here is \`leakscope ${meant}\``, {
    hint: `\`leakscope ${meant} --help\` explains it.`,
  })
}

/** `growth after --since before` is `growth before after`. */
function refuseSince(command: string, words: readonly string[]): void {
  const at = words.findIndex(word => /^--since(?:=|$)/.test(word))
  if (at < 0) return
  const isApart = words[at] === '--since'
  const older = (isApart ? words[at + 1] : words[at]!.slice('--since='.length)) || 'before.heapsnapshot'
  const others = words.filter((_, place) => place !== at && !(isApart && place === at + 1))
  const newer = others.some(word => !word.startsWith('-')) ? others : ['after.heapsnapshot', ...others]
  throw new LeakscopeError('USAGE', `${command} takes the older heap before the newer one, not by --since`, {
    hint: `Use: leakscope ${[command, older, ...newer].join(' ')}`,
  })
}
