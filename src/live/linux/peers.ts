import { pids } from './process-tree.js'
import { socketInodes, tcpRows } from './sockets.js'

/**
 * Other processes of this machine that are connected to a port which a process listens on: who debugs it, when that is its inspector's.
 * Those of other users are not seen unless we are root. About 0.1 ms per process of the machine.
 */
export function peersOf(pid: number, port: number): number[] {
  const wanted = new Set(connectionsTo(pid, port))
  if (wanted.size === 0) return []
  return pids().filter(other => {
    if (other === process.pid) return false
    try {
      return [...socketInodes(other)].some(inode => wanted.has(inode))
    } catch {
      return false // ended meanwhile, or another user's
    }
  })
}

const ESTABLISHED = '01'
const CLOSE_WAIT = '08'

/** How many connections a process still has at a port it listens on; one that the other end has hung up counts until it is dealt with. */
export function connectionsAt(pid: number, port: number): number {
  const open = tcpRows(pid).filter(
    ([, local, , state]) => [ESTABLISHED, CLOSE_WAIT].includes(state!) && at(local, port),
  )
  return open.length
}

// Inodes of the sockets whose other end has that port.
function connectionsTo(pid: number, port: number): string[] {
  return tcpRows(pid)
    .filter(([, , remote, state]) => state === ESTABLISHED && at(remote, port))
    .map(columns => columns[9]!)
}

const at = (address: string | undefined, port: number): boolean =>
  address?.endsWith(`:${port.toString(16).toUpperCase().padStart(4, '0')}`) === true
