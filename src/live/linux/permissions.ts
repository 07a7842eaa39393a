import { readlinkSync } from 'node:fs'
import { resolve } from 'node:path'

/** The option by which a process was put under Node.js' permission model; `undefined` where it was not. */
export function permissionModel(options: readonly string[]): string | undefined {
  return options.find(option => /^--(experimental-)?permission$/.test(option))
}

/**
 * Whether a process under the permission model may write a file, as far as its `--allow-fs-write` options tell: each names a file, a
 * folder with all that is in it, or by a `*` at its end all that begins so.
 */
export function mayWrite({ pid }: { readonly pid: number }, options: readonly string[], path: string): boolean {
  return options.some(option => {
    const value = /^--allow-fs-write=(.*)$/.exec(option)?.[1]
    // Node.js 20 takes several, with commas between.
    return value?.split(',').some(allowed => covers(allowed, path, pid)) === true
  })
}

function covers(allowed: string, path: string, pid: number): boolean {
  if (allowed === '*') return true
  const start = resolve(folderOf(pid), allowed.replace(/\*$/, ''))
  if (allowed.endsWith('*')) return path.startsWith(allowed.endsWith('/*') ? `${start.replace(/\/$/, '')}/` : start)
  return path === start || path.startsWith(`${start.replace(/\/$/, '')}/`)
}

// What is named from where the process stands was so named when it started.
function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return '/'
  }
}
