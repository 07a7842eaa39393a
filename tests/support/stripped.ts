import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
// @ts-expect-error a script without types
import { symbolsOf } from '../../.ci/symbols-of.mjs'
import type { NodeVersion } from '../node-versions.js'

const strips = spawnSync('strip', ['--version']).status === 0

/** Whether `strip` is available; shown in the titles of skipped tests if not. */
export const canStrip: boolean = strips
export const unlessStrip: string = strips ? '' : ' (skipped: there is no `strip` here)'

/** Copies a program into a folder and removes its symbols, as some distributions and images do. */
export function stripped(program: string, folder: string): string {
  const path = join(folder, 'node')
  copyFileSync(program, path)
  const { status, stderr } = spawnSync('strip', [path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return path
}

/** Versions without V8's names once stripped: 24.11.1 and 25.1, and later ones. */
export const losingNames = (versions: readonly NodeVersion[]): readonly NodeVersion[] =>
  versions.filter(({ version, path }) => Number.parseInt(version.slice(1), 10) >= 24 && !symbolsOf(path).exported)

/** For a binary that still has its symbols. */
export const buildIdOf = (path: string): string => symbolsOf(path).buildId
