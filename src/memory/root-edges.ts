import type { EdgeColumns } from './edge-columns.js'
import { edgeNumbers } from './edges.js'
import type { Header } from './header.js'
import type { RootReference } from './sections.js'
import type { View } from './view.js'

/** The nodes before the first object: the root, `(GC roots)`, and V8's groups of roots. */
export interface RootNodes {
  /** By group: V8's number for its kind, and its name. */
  readonly kinds: readonly number[]
  readonly names: readonly string[]
}

/** The walker's own number for running code. */
const running = 255

export function rootNodes({ rootKinds }: Header, roots: readonly RootReference[]): RootNodes {
  const seen = new Set([...rootKinds.keys(), ...roots.map(({ kind }) => kind)])
  const kinds = [...seen].filter(kind => Number.isInteger(kind) && kind >= 0 && kind <= running).sort((a, b) => a - b)
  return {
    kinds,
    names: kinds.map(kind => rootKinds.get(kind) ?? (kind === running ? '(Running code)' : `(Root ${kind})`)),
  }
}

/** Writes the edges of the root, `(GC roots)` and the groups. Returns the first edge of each. */
export function rootEdges(
  columns: EdgeColumns,
  view: View,
  { kinds, names }: RootNodes,
  roots: readonly RootReference[],
  embedderRoots: readonly number[],
): number[] {
  const { element, internal, weak, shortcut } = edgeNumbers
  const { texts } = view.records
  const text = (name: string): number => texts.numbers + texts.of(name)
  const base = 2 + kinds.length
  const first = [columns.count]
  let index = 1
  columns.add(element, index++, 1)
  for (const global of userRoots(view, roots)) columns.add(shortcut, text(String(index++)), base + global)
  for (const node of embedderRoots) columns.add(element, index++, node)
  first.push(columns.count)
  kinds.forEach((_, group) => {
    columns.add(element, group + 1, 2 + group)
  })
  const rootNames = namesOf(kinds, names, roots)
  const groups = new Map<number, RootReference[]>(kinds.map(kind => [kind, []]))
  for (const root of roots) groups.get(root.kind)!.push(root)
  for (const group of groups.values()) {
    first.push(columns.count)
    group.forEach(({ label, to, isWeak }, at) => {
      const name = rootNames.get(to) ?? (label === '' ? String(at + 1) : `${at + 1} / ${label}`)
      columns.add(isWeak ? weak : internal, text(name), base + to)
    })
  }
  return first
}

/** An object in V8's tables of roots is named after its slot there, whatever else refers to it. */
function namesOf(
  kinds: readonly number[],
  names: readonly string[],
  roots: readonly RootReference[],
): Map<number, string> {
  const tables = new Set(
    kinds.filter((_, at) => /^\((?:Read-only roots|Strong roots|Strong root list)\)$/.test(names[at]!)),
  )
  const found = new Map<number, string>()
  for (const { kind, label, to } of roots) if (tables.has(kind) && label !== '' && !found.has(to)) found.set(to, label)
  return found
}

/** The global objects, or the contexts they belong to. */
function userRoots(view: View, roots: readonly RootReference[]): Set<number> {
  const found = new Set<number>()
  for (const { to, isWeak } of roots) {
    if (isWeak || view.type(to) !== 'NATIVE_CONTEXT_TYPE') continue
    const global = view.layout.isAfter14_1 ? to : view.ref(to, 4)
    if (global >= 0) found.add(global)
  }
  return found
}
