import { readlinkSync } from 'node:fs'
import { read } from './read.js'

/** What Linux reports about a process, without affecting it. */
export interface ProcessFacts {
  readonly pid: number
  /** The pid that the process itself sees: differs inside a container. */
  readonly pidInside: number
  readonly parent: number
  /** The thread name of its main thread, 15 bytes at most: `node`, `MainThread`. */
  readonly name: string
  /** One letter as in `ps`: R S D running or waiting, T t stopped, Z X ended. */
  readonly state: string
  readonly uid: number
  readonly threads: number
  /** Whether SIGUSR1 has a handler; without one the signal ends the process. */
  readonly catchesSigusr1: boolean
  readonly blocksSigusr1: boolean
  readonly ageSeconds: number
  /**
   * Clock ticks from boot to the start: with the pid it identifies a process uniquely, even when the pid is reused.
   */
  readonly startTicks: number
  readonly commandLine: readonly string[]
  /** Path of the program; `undefined` when it may not be read (another user's process). */
  readonly program: string | undefined
  readonly sameNetwork: boolean
}

/** Facts of a process, in about 0.1 ms; `undefined` when there is no such process (any more). */
export function processFacts(pid: number): ProcessFacts | undefined {
  const status = read(`/proc/${pid}/status`)
  const stat = read(`/proc/${pid}/stat`)
  if (status === undefined || stat === undefined) return undefined

  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
  const startTicks = statField(stat, 22)
  return {
    pid,
    pidInside: Number(field('NSpid').split(/\s+/).at(-1) || pid),
    parent: Number(field('PPid')),
    name: field('Name'),
    state: field('State').charAt(0),
    uid: Number(field('Uid').split(/\s+/)[1]),
    threads: Number(field('Threads')),
    catchesSigusr1: hasSigusr1(field('SigCgt')),
    blocksSigusr1: hasSigusr1(field('SigBlk')),
    ageSeconds: uptime() - startTicks / TICKS_PER_SECOND,
    startTicks,
    commandLine: commandLine(pid),
    program: link(`/proc/${pid}/exe`),
    sameNetwork: sameNetwork(pid),
  }
}

/** Whether a process is gone, is exiting and has freed its memory, or is a zombie. */
export function hasEnded(pid: number): boolean {
  return !(read(`/proc/${pid}/status`) ?? '').includes('\nVmSize:')
}

/** Clock ticks of CPU that a process has used; rising ticks show that it works. `undefined` when it is gone. */
export function cpuTicks(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`)
  return stat === undefined ? undefined : statField(stat, 14) + statField(stat, 15)
}

/** Seconds of CPU that a process has used; `undefined` when it is gone, and on other systems than Linux. */
export function cpuSeconds(pid: number): number | undefined {
  const ticks = cpuTicks(pid)
  return ticks === undefined ? undefined : ticks / TICKS_PER_SECOND
}

/** A variable of the environment a process was started with; `undefined` when it is not set or may not be read. */
export function environment(pid: number, name: string): string | undefined {
  const entry = read(`/proc/${pid}/environ`)
    ?.split('\0')
    .find(line => line.startsWith(`${name}=`))
  return entry?.slice(name.length + 1)
}

// USER_HZ, the unit of /proc, is 100 on every Linux that Node.js supports.
const TICKS_PER_SECOND = 100

// Masks are hexadecimal, and bit n − 1 stands for signal n: SIGUSR1 is 10.
function hasSigusr1(mask: string): boolean {
  return mask !== '' && (BigInt(`0x${mask}`) & (1n << 9n)) !== 0n
}

// Field 2 is the name in parentheses, which may itself contain spaces and parentheses: fields are counted from the last
// one.
function statField(stat: string, number: number): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[number - 3])
}

function uptime(): number {
  return Number.parseFloat(read('/proc/uptime') ?? '0')
}

function commandLine(pid: number): string[] {
  const words = (read(`/proc/${pid}/cmdline`) ?? '').split('\0')
  while (words.at(-1) === '') words.pop()
  return words
}

function sameNetwork(pid: number): boolean {
  const theirs = link(`/proc/${pid}/ns/net`)
  return theirs === undefined || theirs === link('/proc/self/ns/net')
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
