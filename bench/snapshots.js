import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
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
    const sessions = Math.max(0, Math.round((megabytes * 1e6 - ofNodeItself) / ofSession))
    const program = fileURLToPath(new URL('program.js', import.meta.url))
    const half = `${path}.half`
    const { status } = spawnSync(process.execPath, ['--max-old-space-size=16384', program, half, String(sessions)], {
      stdio: 'inherit',
    })
    if (status !== 0)
      throw new Error(`the snapshot of ${megabytes} MB could not be made; it takes about five times that in memory`)
    renameSync(half, path)
  }
  return { path, bytes: statSync(path).size }
}

// Bytes of snapshot, in Node.js 20.
const ofNodeItself = 4_300_000
const ofSession = 1_700
