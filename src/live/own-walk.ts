import { createReadStream, existsSync } from 'node:fs'
import { addonFile } from './capture/fork/obstacle.js'
import { sign } from './own-process.js'

interface Addon {
  walk(
    seconds: number,
    bytes: number,
    putsOffCompaction: boolean,
    seeds: readonly object[],
    versions: { readonly node: string; readonly v8: string; readonly native: boolean },
    beside: undefined,
  ): { readonly pid: number; readonly pipe: number }
  over(pid: number): unknown
}

let addon: Addon | undefined

/** Whether the heap of this process can be read straight from memory, as far as can be said without trying. */
export const canWalkOwnProcess = (): boolean => process.platform === 'linux' && existsSync(addonFile())

/**
 * Forks this process; the child reads its heap straight from memory. Gives the records as they arrive. The process stands still for the
 * fork only. `sign` shows in the heap what `values` are. Errors: whatever keeps an addon from being loaded or a process from forking.
 */
export function walkOwnProcess(values: readonly unknown[]): AsyncIterable<Uint8Array> {
  addon ??= loaded()
  const walker = addon
  sign.values = values
  try {
    const frozen = process.execArgv.some(word => /^--freeze[-_]flags/.test(word))
    const { node, v8 } = process.versions
    const { pid, pipe } = walker.walk(60, 0, !frozen, seeds, { node: `v${node}`, v8, native: true }, undefined)
    return recordsOf(walker, pid, pipe)
  } finally {
    sign.values = []
  }
}

// Objects of this heap from which the walk begins to look, functions among them.
const seeds = [
  globalThis,
  process,
  Array,
  Map,
  Promise,
  Object.prototype,
  parseInt,
  Array.prototype.push,
  Map.prototype.get,
]

function loaded(): Addon {
  const module = { exports: {} as Addon }
  process.dlopen(module, addonFile())
  return module.exports
}

async function* recordsOf(walker: Addon, pid: number, pipe: number): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(`/proc/${pid}/fd/${pipe}`)
  } finally {
    walker.over(pid)
  }
}
