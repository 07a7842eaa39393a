import { readdirSync, readlinkSync } from 'node:fs'
import { pids } from './process-tree.js'
import { read } from './read.js'

/** A TCP port on which a process listens. */
export interface Listener {
  /** Address to connect to from the same network: the loopback address if it listens on all. */
  readonly host: string
  readonly port: number
  /** Identifies the socket itself. */
  readonly inode: string
}

/**
 * Ports on which a process listens, found through its open sockets, so that none of another process is included. A few
 * milliseconds. Throws the error of the file system (ENOENT, EACCES) when the process is gone or may not be inspected.
 */
export function listeners(pid: number): Listener[] {
  const own = socketInodes(pid)
  return listeningRows(pid).filter(row => own.has(row.inode))
}

/**
 * The process that listens on a port in the network of `pid`: its pid, `'unknown'` when it may not be read, `undefined`
 * for none.
 */
export function ownerOf(port: number, pid: number | 'self' = 'self'): number | 'unknown' | undefined {
  const rows = listeningRows(pid).filter(row => row.port === port)
  if (rows.length === 0) return undefined
  for (const other of pids()) {
    try {
      const inodes = socketInodes(other)
      if (rows.some(row => inodes.has(row.inode))) return other
    } catch {
      // Ended meanwhile, or another user's process.
    }
  }
  return 'unknown'
}

/** Inodes of a process's open sockets. Throws the error of the file system as `listeners` does. */
export function socketInodes(pid: number): Set<string> {
  const inodes = new Set<string>()
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const socket = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))
      if (socket) inodes.add(socket[1]!)
    } catch {
      // Closed since the folder was read.
    }
  }
  return inodes
}

const LISTEN = '0A'

function listeningRows(pid: number | 'self'): Listener[] {
  return tcpRows(pid).flatMap(columns => {
    if (columns[3] !== LISTEN) return []
    const [address, port] = columns[1]!.split(':')
    return [{ host: hostOf(address!), port: Number.parseInt(port!, 16), inode: columns[9]! }]
  })
}

/** The kernel's TCP sockets in the network of a process, as columns: `sl local_address rem_address st … inode`. */
export function tcpRows(pid: number | 'self'): string[][] {
  // IPv6 may be absent.
  return ['tcp', 'tcp6'].flatMap(table =>
    (read(`/proc/${pid}/net/${table}`)?.split('\n').slice(1) ?? []).map(row => row.trim().split(/\s+/)),
  )
}

// The kernel prints each 32-bit word of an address in host order: little-endian on all tested machines.
function hostOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)!.flatMap(word => word.match(/../g)!.reverse())
  if (bytes.length === 4) {
    const ipv4 = bytes.map(byte => Number.parseInt(byte, 16)).join('.')
    return ipv4 === '0.0.0.0' ? '127.0.0.1' : ipv4
  }
  const text = bytes.join('')
  if (/^0+$/.test(text)) return '::1'
  // Node.js 18 answers 400 to a Host header with an uncompressed IPv6 address; URL compresses it.
  const mapped = /^0{20}ffff(.{8})$/.exec(text)
  if (mapped) return hostOf(mapped[1]!.match(/../g)!.reverse().join(''))
  return new URL(`http://[${text.match(/.{4}/g)!.join(':')}]`).hostname.slice(1, -1)
}
