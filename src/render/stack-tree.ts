import type { AllocationProfile, ProfileFrame } from '../report/profile.js'

/** The stacks of a profile as one tree, callers above callees. */
export interface StackNode {
  readonly frame: ProfileFrame
  /** Bytes allocated by the function itself. */
  self: number
  /** Bytes allocated by it and its callees. */
  total: number
  readonly children: StackNode[]
}

/** Merges the stacks of a profile; children with the most bytes first. */
export function stackTree({ samples }: AllocationProfile): StackNode {
  const root = node({ function: '(root)', file: '', line: 0, column: 0 })
  const byKey = new Map<StackNode, Map<string, StackNode>>()
  for (const { bytes, stack } of samples) {
    let at = root
    at.total += bytes
    for (let depth = stack.length - 1; depth >= 0; depth--) {
      const frame = stack[depth]!
      const known = byKey.get(at) ?? new Map<string, StackNode>()
      byKey.set(at, known)
      const key = frameKey(frame)
      let next = known.get(key)
      if (next === undefined) {
        next = node(frame)
        known.set(key, next)
        at.children.push(next)
      }
      at = next
      at.total += bytes
    }
    at.self += bytes
  }
  for (const { children } of everyNode(root)) children.sort((a, b) => b.total - a.total)
  return root
}

// A worklist instead of recursion: the target's stacks may be deeper than ours.
function everyNode(root: StackNode): StackNode[] {
  const nodes = [root]
  for (let at = 0; at < nodes.length; at++) for (const child of nodes[at]!.children) nodes.push(child)
  return nodes
}

/** A key that is equal for equal frames. */
export const frameKey = ({ function: name, file, line, column }: ProfileFrame): string =>
  `${name}\0${file}\0${line}\0${column}`

const node = (frame: ProfileFrame): StackNode => ({ frame, self: 0, total: 0, children: [] })
