import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the benchmarks keep: snapshots, other tools, results. It can be removed at any time. */
export const cache = fileURLToPath(new URL('../node_modules/.cache/leakscope-bench/', import.meta.url))

/**
 * The snapshot of about so many megabytes, made unless it is there: its path and its bytes. Every one is of the same program, so that
 * they differ in size alone.
 */
export function snapshotOf(megabytes) {
  mkdirSync(cache, { recursive: true })
  const path = join(cache, `${megabytes}.heapsnapshot`)
  if (!existsSync(path)) {
    console.error(`making a snapshot of ${megabytes} MB …`)
    const half = `${path}.half`
    const [program, ...words] =
      megabytes > grown
        ? ['twice.js', snapshotOf(megabytes / 2).path, half]
        : ['program.js', half, sessionsOf(megabytes)]
    const command = ['--max-old-space-size=16384', fileURLToPath(new URL(program, import.meta.url)), ...words]
    const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' })
    if (status !== 0) {
      rmSync(half, { force: true })
      throw new Error(`the snapshot of ${megabytes} MB could not be made; it takes up to six times that in memory`)
    }
    renameSync(half, path)
  }
  return { path, bytes: statSync(path).size }
}

/** Up to so many megabytes the program itself is let grow; beyond, its heap is laid twice. */
const grown = 2000

// Bytes of snapshot, in Node.js 20.
const ofNodeItself = 4_300_000
const ofSession = 1_700
const sessionsOf = megabytes => String(Math.max(0, Math.round((megabytes * 1e6 - ofNodeItself) / ofSession)))
