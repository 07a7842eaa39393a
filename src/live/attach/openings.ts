import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readRegularFile, writePrivately } from '../../private-file.js'
import { type ProcessFacts, processFacts } from '../linux/facts.js'
import { bootName } from '../linux/pid-namespaces.js'
import { runtimeFolder } from '../linux/runtime-folder.js'
import type { Inspector } from './inspector-at.js'
import { hasGone, ourName, processNamespace } from './ownership.js'

/**
 * What leakscope notes of a process before it signals it, until the inspector that opens then is closed again: an inspector may open
 * after we gave up, or be left by a leakscope that was killed, and nothing else tells it from a stranger's. One file per process, in
 * a private folder; where there is none, nothing is noted, and such an inspector is left alone.
 */
interface Opening {
  readonly pid: number
  readonly startTicks: number
  /** This start of the machine: ticks are counted anew after the next. */
  readonly boot: string
  /** The leakscope that opens it; `null` when it gave up. */
  readonly by: string | null
  /** The inspector's address, once it is known. */
  readonly url: string | null
}

/** Notes that we are about to open the inspector of a process. */
export function noteOpening(facts: ProcessFacts): void {
  sweep()
  note(facts, ourName(), null)
}

/** Notes where the inspector is that we opened, or left to another leakscope. */
export function noteOpened(facts: ProcessFacts, { url }: Pick<Inspector, 'url'>, by: string = ourName()): void {
  note(facts, by, url)
}

/** Notes that we have given up waiting for an inspector to open, or for the one we opened to close. */
export function noteGivenUp(facts: ProcessFacts, inspector?: Pick<Inspector, 'url'>): void {
  note(facts, null, inspector?.url ?? null)
}

/** Forgets a process whose inspector is closed again, or is certain not to open. */
export function forgetOpening(facts: Pick<ProcessFacts, 'pid'>): void {
  const folder = runtimeFolder()
  if (folder !== undefined) rmSync(fileOf(folder, facts.pid), { force: true })
}

/** The same once the inspector at `url` is closed, unless another leakscope has begun to open one anew. */
export function forgetClosed(facts: ProcessFacts, { url }: Pick<Inspector, 'url'>): void {
  const opening = openingOf(facts)
  if (opening?.url === url || (opening?.url === null && opening.by === null)) forgetOpening(facts)
}

/** Whether a leakscope is opening the inspector of a process at this moment. */
export function isBeingOpened(facts: ProcessFacts): boolean {
  const opening = openingOf(facts)
  return opening !== undefined && opening.by !== null && opening.url === null && !hasGone(opening.by)
}

/** The port where leakscope opened the inspector of a process; `any` where it is about to or did and no more is known. */
export function notedPort(facts: ProcessFacts): number | 'any' | undefined {
  const opening = openingOf(facts)
  if (opening === undefined) return undefined
  return opening.url === null ? 'any' : Number(new URL(opening.url).port)
}

/** Whether an inspector was opened by a leakscope that gave up on it or is no more, so that it is ours to close. */
export function isLeftOpen(facts: ProcessFacts, inspector: Pick<Inspector, 'url'>): boolean {
  const opening = openingOf(facts)
  if (opening === undefined || (opening.by !== null && !hasGone(opening.by))) return false
  // Its address holds a random part: an inspector that somebody else opened since is not taken for it.
  return opening.url === null || opening.url === inspector.url
}

function note({ pid, startTicks }: ProcessFacts, by: string | null, url: string | null): void {
  const folder = runtimeFolder()
  if (folder === undefined) return
  const opening: Opening = { pid, startTicks, boot: bootName(), by, url }
  try {
    writePrivately(fileOf(folder, pid), JSON.stringify(opening))
  } catch {
    // A full disk is no reason not to attach.
  }
}

function openingOf({ pid, startTicks }: ProcessFacts): Opening | undefined {
  const folder = runtimeFolder()
  const opening = folder === undefined ? undefined : read(fileOf(folder, pid))
  return opening?.startTicks === startTicks && opening.boot === bootName() ? opening : undefined
}

// What was noted of processes that have ended since.
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

// Containers may share this folder, and in each a pid is another process: what one notes is no other's to use, or to sweep away.
const nameOf = (pid: number): string => `${pid}-${/\d+/.exec(processNamespace())?.[0]}.json`

function read(path: string): Opening | undefined {
  try {
    return JSON.parse(readRegularFile(path, 2 ** 16)?.toString('utf8') ?? '') as Opening
  } catch {
    return undefined
  }
}
