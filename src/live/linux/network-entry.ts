import { accessSync, constants, readlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CAP_SYS_ADMIN, isCapable } from './capabilities.js'

/** Why we cannot enter the network namespaces of other processes; `undefined` when we can. */
export function networkEntryObstacle(): 'no right' | 'no nsenter' | undefined {
  if (!isCapable('self', CAP_SYS_ADMIN)) return 'no right'
  return inPath('nsenter') ? undefined : 'no nsenter'
}

/**
 * Whether a process is in another user namespace, as in a rootless container: its owner may then enter its network
 * namespace.
 */
export function ownUserNamespace(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/user`) !== readlinkSync('/proc/self/ns/user')
  } catch {
    return false
  }
}

function inPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
