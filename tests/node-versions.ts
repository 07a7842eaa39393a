import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface NodeVersion {
  /** `v22.23.3` */
  readonly version: string
  readonly path: string
}

/**
 * The Node.js binaries that targets are started with: the one these tests run on, and those in the folder that
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
