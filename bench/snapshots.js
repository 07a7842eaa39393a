import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the benchmarks' snapshots, tools and results. It can be removed at any time. */
export const cache = fileURLToPath(new URL('../node_modules/.cache/leakscope-bench/', import.meta.url))

/**
 * A snapshot of about the given megabytes, created unless it exists: its path and bytes. All are of the same program, so they differ
 * only in size.
 */
export function snapshotOf(megabytes) {
  mkdirSync(cache, { recursive: true })
  const path = join(cache, `${megabytes}.heapsnapshot`)
  if (!existsSync(path)) {
    console.error(`writing a snapshot of ${megabytes} MB …`)
    const half = `${path}.half`
    const [program, ...words] =
      megabytes > grown
        ? ['twice.js', snapshotOf(megabytes / 2).path, half]
        : ['program.js', half, sessionsOf(megabytes)]
    const command = ['--max-old-space-size=16384', fileURLToPath(new URL(program, import.meta.url)), ...words]
    const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' })
    if (status !== 0) {
      rmSync(half, { force: true })
      throw new Error(
        `the snapshot of ${megabytes} MB could not be written; that needs up to six times its size in memory`,
      )
    }
    renameSync(half, path)
  }
  return { path, bytes: statSync(path).size }
}

/** Above this size in megabytes, the heap of a smaller program is written twice. */
const grown = 2000

// Bytes of snapshot, in Node.js 20.
const ofNodeItself = 4_300_000
const ofSession = 1_700
const sessionsOf = megabytes => String(Math.max(0, Math.round((megabytes * 1e6 - ofNodeItself) / ofSession)))
