import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface NodeVersion {
  /** `v22.23.3` */
  readonly version: string
  readonly path: string
}

/**
 * The Node.js binaries for targets: the one that runs these tests, and those in the folder that
 * LEAKSCOPE_NODE_VERSIONS_DIR names, each at `<anything>/bin/node` (`.ci/fetch-node <folder>` fills one). Oldest first.
 */
export function nodeVersions(): readonly NodeVersion[] {
  const own: NodeVersion = { version: process.version, path: process.execPath }
  const folder = process.env.LEAKSCOPE_NODE_VERSIONS_DIR
  if (!folder) return [own]
  const others = readdirSync(folder)
    .map(name => join(folder, name, 'bin', 'node'))
    .filter(path => existsSync(path))
    .map(path => ({ path, version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim() }))
    .filter(({ version }) => version !== own.version)
  return [own, ...others].sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }))
}

/** The oldest release that can be a target, 18.0.0, if `.ci/fetch-node` has put it into the folder `oldest` beside the others. */
export function oldestRelease(): NodeVersion | undefined {
  const folder = process.env.LEAKSCOPE_NODE_VERSIONS_DIR
  const path = folder && join(folder, 'oldest', 'v18.0.0', 'bin', 'node')
  return path && existsSync(path) ? { version: 'v18.0.0', path } : undefined
}

/**
 * The oldest and the newest of them, for tests that need no particular version: these two differ most. With
 * `LEAKSCOPE_TEST_VERSIONS=all` all of them; the live tests then take more than twice as long. `from` excludes earlier majors.
 */
export function oldestAndNewest(from = 0): readonly NodeVersion[] {
  const all = nodeVersions().filter(({ version }) => Number.parseInt(version.slice(1), 10) >= from)
  if (process.env.LEAKSCOPE_TEST_VERSIONS === 'all') return all
  return all.filter((_, index) => index === 0 || index === all.length - 1)
}
