import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readRegularFile, writePrivately } from '../../private-file.js'
import { type ProcessFacts, processFacts } from '../linux/facts.js'
import { bootName } from '../linux/pid-namespaces.js'
import { runtimeFolder } from '../linux/runtime-folder.js'
import type { Inspector } from './inspector-at.js'
import { hasGone, ourName, processNamespace } from './ownership.js'

/**
 * A note that leakscope writes before it signals a process, and removes when the inspector is closed again: an
 * inspector may open after we gave up, or be left by a killed leakscope, and only the note distinguishes it from
 * another program's. One file per process, in a private folder; without such a folder, there are no notes, and such an
 * inspector is left alone.
 */
interface Opening {
  readonly pid: number
  readonly startTicks: number
  /** The boot id of the machine, since start ticks restart at boot. */
  readonly boot: string
  /** The leakscope that opens it; `null` if it gave up. */
  readonly by: string | null
  /** The inspector's address, once known. */
  readonly url: string | null
}

/** Notes that we are about to open the inspector of a process. */
export function noteOpening(facts: ProcessFacts): void {
  sweep()
  note(facts, ourName(), null)
}

/** Notes the address of the inspector that we opened, or left to another leakscope. */
export function noteOpened(facts: ProcessFacts, { url }: Pick<Inspector, 'url'>, by: string = ourName()): void {
  note(facts, by, url)
}

/** Notes that we have given up waiting for an inspector to open, or for the one we opened to close. */
export function noteGivenUp(facts: ProcessFacts, inspector?: Pick<Inspector, 'url'>): void {
  note(facts, null, inspector?.url ?? null)
}

/** Removes the note of a process whose inspector is closed again or will certainly not open. */
export function forgetOpening(facts: Pick<ProcessFacts, 'pid'>): void {
  const folder = runtimeFolder()
  if (folder !== undefined) rmSync(fileOf(folder, facts.pid), { force: true })
}

/** The same for the closed inspector at `url`, unless another leakscope is opening a new one. */
export function forgetClosed(facts: ProcessFacts, { url }: Pick<Inspector, 'url'>): void {
  const opening = openingOf(facts)
  if (opening?.url === url || (opening?.url === null && opening.by === null)) forgetOpening(facts)
}

/** Whether a leakscope is currently opening the inspector of a process. */
export function isBeingOpened(facts: ProcessFacts): boolean {
  const opening = openingOf(facts)
  return opening !== undefined && opening.by !== null && opening.url === null && !hasGone(opening.by)
}

/** The port at which leakscope opened the inspector of a process; `any` if it is opening or the port is unknown. */
export function notedPort(facts: ProcessFacts): number | 'any' | undefined {
  const opening = openingOf(facts)
  if (opening === undefined) return undefined
  return opening.url === null ? 'any' : Number(new URL(opening.url).port)
}

/** Whether an inspector was opened by a leakscope that gave up or no longer runs, so that we should close it. */
export function isLeftOpen(facts: ProcessFacts, inspector: Pick<Inspector, 'url'>): boolean {
  const opening = openingOf(facts)
  if (opening === undefined || (opening.by !== null && !hasGone(opening.by))) return false
  // The address has a random part: an inspector that another program opened since does not match.
  return opening.url === null || opening.url === inspector.url
}

function note({ pid, startTicks }: ProcessFacts, by: string | null, url: string | null): void {
  const folder = runtimeFolder()
  if (folder === undefined) return
  const opening: Opening = { pid, startTicks, boot: bootName(), by, url }
  try {
    writePrivately(fileOf(folder, pid), JSON.stringify(opening))
  } catch {
    // Attaching also works with a full disk.
  }
}

function openingOf({ pid, startTicks }: ProcessFacts): Opening | undefined {
  const folder = runtimeFolder()
  const opening = folder === undefined ? undefined : read(fileOf(folder, pid))
  return opening?.startTicks === startTicks && opening.boot === bootName() ? opening : undefined
}

// Removes the notes of processes that have ended.
function sweep(): void {
  const folder = runtimeFolder()
  if (folder === undefined) return
  for (const name of readdirSync(folder)) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1])
    if (name !== nameOf(pid)) continue
    const facts = processFacts(pid)
    if (facts === undefined || openingOf(facts) === undefined) forgetOpening({ pid })
  }
}

const fileOf = (folder: string, pid: number): string => join(folder, nameOf(pid))

// Containers may share this folder, and a pid means a different process in each: notes are per pid namespace.
const nameOf = (pid: number): string => `${pid}-${/\d+/.exec(processNamespace())?.[0]}.json`

function read(path: string): Opening | undefined {
  try {
    return JSON.parse(readRegularFile(path, 2 ** 16)?.toString('utf8') ?? '') as Opening
  } catch {
    return undefined
  }
}
