import { accessSync, constants, readlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CAP_SYS_ADMIN, isCapable } from './capabilities.js'

/** Why we may not enter the networks of other processes; `undefined` when we may. */
export function networkEntryObstacle(): 'no right' | 'no nsenter' | undefined {
  if (!isCapable('self', CAP_SYS_ADMIN)) return 'no right'
  return inPath('nsenter') ? undefined : 'no nsenter'
}

/** Whether a process lives in a user namespace of its own, as that of a container without root does: its owner may enter its network. */
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
