import { readlinkSync } from 'node:fs'
import { resolve } from 'node:path'

/** The option that enabled Node.js's permission model; `undefined` when there is none. */
export function permissionModel(options: readonly string[]): string | undefined {
  return options.find(option => /^--(experimental-)?permission$/.test(option))
}

/**
 * Whether a process under the permission model may write a file by its `--allow-fs-write` options: each names a file, a
 * folder with its contents, or, with a `*` at its end, a prefix.
 */
export function mayWrite({ pid }: { readonly pid: number }, options: readonly string[], path: string): boolean {
  return options.some(option => {
    const value = /^--allow-fs-write=(.*)$/.exec(option)?.[1]
    // Node.js 20 accepts several, separated by commas.
    return value?.split(',').some(allowed => covers(allowed, path, pid)) === true
  })
}

function covers(allowed: string, path: string, pid: number): boolean {
  if (allowed === '*') return true
  const start = resolve(folderOf(pid), allowed.replace(/\*$/, ''))
  if (allowed.endsWith('*')) return path.startsWith(allowed.endsWith('/*') ? `${start.replace(/\/$/, '')}/` : start)
  return path === start || path.startsWith(`${start.replace(/\/$/, '')}/`)
}

// Relative paths refer to the working directory at the start of the process.
function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return '/'
  }
}
