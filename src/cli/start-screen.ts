/** The output of `leakscope` without arguments. Fits 80 × 24. */
export const startScreen = `leakscope finds memory leaks in Node.js processes that are already running.

  leakscope 4121                       a process: what fills its memory
  leakscope heap.heapsnapshot          a heap snapshot: the same
  leakscope check -- node server.js    a program: starts it, checks it, ends it

Then:
  leakscope check 4121                 does it leak? a sentence and an exit code
  leakscope attach 4121                a session: mark, let it work, growth
  leakscope ps                         the Node.js processes here

leakscope --help lists every command; leakscope <command> --help explains one.
`

/** Commands by task, the most useful first. A command in no group comes last. */
export const commandGroups: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Does it leak?', ['check', 'leaks', 'growth', 'new-ids', 'watch', 'history']],
  ['A live process:', ['attach', 'ps', 'doctor', 'memory', 'snapshot', 'allocations', 'arm', 'disarm']],
  [
    'What is in the heap?',
    ['overview', 'suspects', 'report', 'redact', 'types', 'count', 'find', 'at', 'query', 'dominators'],
  ],
  ['What retains it?', ['path', 'backrefs', 'refs', 'cycles', 'native-held']],
  ['More about one kind:', ['collections', 'closures', 'listeners', 'timers', 'promises', 'strings', 'shapes']],
]
