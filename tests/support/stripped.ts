import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

const strips = spawnSync('strip', ['--version']).status === 0

/** Whether `strip` is here, and said in the titles of tests where it is not. */
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
