import type { Clue } from './kinds/clue.js'

/** Groups of roots in which V8 keeps its own tables and caches, and whatever they come to hold is no program's leak. */
const own = new Set([
  '(Bootstrapper)',
  '(Builtins)',
  '(Code flusher)',
  '(Compilation cache)',
  '(Debugger)',
  '(Extensions)',
  '(Internalized strings)',
  '(Read-only roots)',
  '(Retain maps)',
  '(Shareable object cache)',
  '(Shared heap object cache)',
  '(Smi roots)',
  '(Startup object cache)',
  '(Strong root list)',
  '(Strong roots)',
  '(Weak roots)',
])

/**
 * Whether what grows is one of V8's own tables, such as its cache of numbers as strings, which come and go as code is compiled. The
 * tables of symbols are not: a program that makes ever new names for `Symbol.for` leaks there.
 */
export function isV8Table({ heap: { graph }, steps, nodes, holder }: Clue): boolean {
  if (steps[holder]!.type !== '(synthetic)') return false
  const table = steps[holder + 1]?.edge ?? ''
  return own.has(graph.strings.at(graph.nodeName[nodes[holder]!]!)) && !table.includes('symbol_table')
}
