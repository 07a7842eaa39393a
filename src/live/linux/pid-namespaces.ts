import { readFileSync, readlinkSync } from 'node:fs'
import { pids } from './process-tree.js'

/**
 * The pid in our namespace of the process that `other`, possibly in a container, knows as `pid`; `undefined` when it
 * does not exist (any more). About 0.02 ms per process of the machine when the namespaces differ.
 */
export function ownPidOf(pid: number, other: number): number | undefined {
  const namespace = namespaceOf(other)
  if (namespace === namespaceOf('self')) return pid
  return pids().find(own => pidInside(own) === pid && namespaceOf(own) === namespace)
}

function namespaceOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}

function pidInside(pid: number): number | undefined {
  try {
    const numbers = /^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(numbers?.split(/\s+/).at(-1))
  } catch {
    return undefined
  }
}

/**
 * Identifies this boot of the machine and our pid namespace: only within both does a pid with its start time identify a
 * process.
 */
export function bootName(): string {
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
}
