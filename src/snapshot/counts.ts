import { closeSync, openSync, readSync } from 'node:fs'

/**
 * The node and edge counts of a snapshot's header, without reading the rest: V8 writes them in the first KBs. `null`
 * when missing.
 */
export function countsIn(path: string): { nodes: number | null; edges: number | null } {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(HEAD)
    const text = head.toString('latin1', 0, readSync(file, head, 0, HEAD, 0))
    const count = (key: string): number | null => {
      const digits = new RegExp(`"${key}":\\s*(\\d+),`).exec(text)?.[1]
      return digits === undefined ? null : Number(digits)
    }
    return { nodes: count('node_count'), edges: count('edge_count') }
  } finally {
    closeSync(file)
  }
}

const HEAD = 16 * 1024
