import { pids } from './process-tree.js'
import { socketInodes, tcpRows } from './sockets.js'

/**
 * Other processes of this machine that are connected to a port of a process: its debuggers, if the port is the
 * inspector's. Those of other users are visible to root only. About 0.1 ms per process of the machine.
 */
export function peersOf(pid: number, port: number): number[] {
  const wanted = new Set(connectionsTo(pid, port))
  if (wanted.size === 0) return []
  return pids().filter(other => {
    if (other === process.pid) return false
    try {
      return [...socketInodes(other)].some(inode => wanted.has(inode))
    } catch {
      return false // ended meanwhile, or another user's process
    }
  })
}

const ESTABLISHED = '01'
const CLOSE_WAIT = '08'

/**
 * How many connections a process has at a port it listens on; one that the peer has closed counts until the process
 * closes it too.
 */
export function connectionsAt(pid: number, port: number): number {
  const open = tcpRows(pid).filter(
    ([, local, , state]) => [ESTABLISHED, CLOSE_WAIT].includes(state!) && at(local, port),
  )
  return open.length
}

// Inodes of the sockets whose remote port is this one.
function connectionsTo(pid: number, port: number): string[] {
  return tcpRows(pid)
    .filter(([, , remote, state]) => state === ESTABLISHED && at(remote, port))
    .map(columns => columns[9]!)
}

const at = (address: string | undefined, port: number): boolean =>
  address?.endsWith(`:${port.toString(16).toUpperCase().padStart(4, '0')}`) === true
