import { accessSync, constants, readFileSync, readlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Why we may not enter the networks of other processes; `undefined` when we may. */
export function networkEntryObstacle(): 'no right' | 'no nsenter' | undefined {
  if (!mayEnter()) return 'no right'
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

const CAP_SYS_ADMIN = 21n

function mayEnter(): boolean {
  const mask = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return (BigInt(`0x${mask}`) & (1n << CAP_SYS_ADMIN)) !== 0n
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
