import { readFileSync } from 'node:fs'
import type { LeakscopeError } from '../../errors.js'
import { obstacle, signalObstacle } from '../attach/obstacles.js'
import type { Room, Safety } from '../capture/assessment.js'
import { type CaptureMethod, type HeapBefore, inChild } from '../capture/estimate.js'
import { fileObstacle } from '../capture/file.js'
import { forkObstacle } from '../capture/fork/obstacle.js'
import { freeDisk, memoryOf, type Prospect, prospect, prospects } from '../capture/guard.js'
import { methodObstacle } from '../capture/method-obstacle.js'
import { type ControlGroup, controlGroups } from '../linux/control-groups.js'
import { processFacts } from '../linux/facts.js'
import { type MachineMemory, machineMemory } from '../linux/memory-limits.js'
import { nodeVersionOf } from '../linux/program.js'
import { residentBytes } from '../linux/resident.js'
import { v8Pages } from '../linux/v8-pages.js'
import { v8Memory } from '../memory.js'
import type { Target, WorkerThread } from '../target.js'
import { workerThreads } from '../workers.js'
import { type Check, checks } from './checks.js'

/** The expected cost of one capture method for a process. */
export interface MethodProspect extends Prospect {
  /** Why it is impossible; `undefined` when it is possible. */
  readonly obstacle: string | undefined
}

/** What capturing a process would cost, whether it is safe, and what prevents it. */
export interface Diagnosis {
  readonly pid: number | null
  /** `null` when it cannot be read. */
  readonly nodeVersion: string | null
  readonly checks: readonly Check[]
  /** Why attaching is impossible; `undefined` when it is possible. */
  readonly obstacle: LeakscopeError | undefined
  /**
   * V8's used heap in bytes: as reported by the target, or an upper bound from V8's pages, else from the private memory
   * of the process.
   */
  readonly heap: { readonly bytes: number; readonly known: 'exactly' | 'at most' }
  readonly rss: number
  readonly room: Room
  readonly machine: MachineMemory | undefined
  /** Control groups with a limit, innermost first. */
  readonly groups: readonly ControlGroup[]
  /** The one with the smallest effect on the target first. */
  readonly ways: readonly MethodProspect[]
  /** The method that `auto` uses. */
  readonly chosen: MethodProspect
  readonly verdict: Safety
  /** What may prevent a capture, but only a session could confirm; `undefined` when there is nothing. */
  readonly doubt: string | undefined
  /** Known only when the target was asked. */
  readonly workers: readonly WorkerThread[] | undefined
}

const METHODS: readonly CaptureMethod[] = ['memory', 'fork', 'file', 'inspector']

/**
 * Inspects a process of this machine from outside, without changing it: no signal is sent and no debugger session
 * opened. Only an upper bound of its heap is therefore known; a capture to `path` that is safe for the bound is safe.
 * `undefined`: no such process.
 */
export async function diagnose(pid: number, path: string): Promise<Diagnosis | undefined> {
  const facts = processFacts(pid)
  if (facts === undefined) return undefined
  const nodeVersion = facts.program === undefined ? undefined : nodeVersionOf(pid)
  const rss = residentBytes(pid)
  const heap = { bytes: v8Pages(pid) ?? privateMemory(pid) ?? rss, known: 'at most' as const }
  const room: Room = { ...memoryOf(pid), disk: await freeDisk(path) }
  const before: HeapBefore = { heapUsed: heap.bytes, rss, nodeVersion }
  const ways = METHODS.map(way => ({ ...prospect(way, before, room), obstacle: methodObstacle(way, facts, path) }))
  const found = await checks(facts)
  const reason =
    obstacle(pid, facts) ?? (found.some(({ openPort }) => openPort !== undefined) ? undefined : signalObstacle(facts))
  const blocked = reason !== undefined || found.some(({ state }) => state === 'obstacle')
  const chosen = choose(ways)
  // The heap may be much smaller than its bound: when only the bound is too large, the capture is risky, not refused.
  const doubt = found.find(({ state }) => state === 'doubt')?.found
  const verdict = blocked ? 'refused' : chosen.assessment.verdict === 'safe' && doubt === undefined ? 'safe' : 'risky'
  return {
    pid,
    nodeVersion: nodeVersion ?? null,
    checks: found,
    obstacle: reason,
    heap,
    rss,
    ...surroundings(pid),
    room,
    ways,
    chosen,
    verdict,
    doubt,
    workers: undefined,
  }
}

/**
 * As `diagnose`, for an attached target, which is asked for its used heap and its worker threads. Errors: those of
 * `Target.send`.
 */
export async function diagnoseTarget(target: Target, path: string): Promise<Diagnosis> {
  const { pid } = target
  const { heapUsed, rss } = await v8Memory(target)
  const facts = pid === null || process.platform !== 'linux' ? undefined : processFacts(pid)
  const ways = (await prospects(target, path, METHODS)).map(prospect => ({
    ...prospect,
    obstacle: facts === undefined ? fromAfar(prospect.way, target) : methodObstacle(prospect.way, facts, path),
  }))
  const chosen = choose(ways)
  return {
    pid,
    nodeVersion: target.nodeVersion,
    checks: facts === undefined ? [] : await checks(facts, target),
    obstacle: undefined,
    heap: { bytes: heapUsed, known: 'exactly' },
    rss,
    ...(facts === undefined ? { machine: undefined, groups: [] } : surroundings(facts.pid)),
    room: chosen.room,
    ways,
    chosen,
    verdict: chosen.assessment.verdict,
    // It has answered already.
    doubt: undefined,
    // A worker thread does not know the others.
    workers: target.worker === undefined ? await workerThreads(target) : undefined,
  }
}

function fromAfar(way: CaptureMethod, target: Target): string | undefined {
  return inChild(way) ? forkObstacle(target) : way === 'file' ? fileObstacle(target) : undefined
}

// As `auto` does: in a fork where that is possible and not refused, else through the inspector. Missing V8 symbols are
// noticed only when the memory is read.
function choose(ways: readonly MethodProspect[]): MethodProspect {
  const forks = ways.filter(({ way }) => inChild(way))
  const possible = forks.find(({ obstacle, assessment }) => obstacle === undefined && assessment.verdict !== 'refused')
  return possible ?? ways.find(({ way }) => way === 'inspector')!
}

function surroundings(pid: number): Pick<Diagnosis, 'machine' | 'groups'> {
  return { machine: machineMemory(), groups: controlGroups(pid).filter(({ limit }) => limit !== undefined) }
}

/** Bytes of private memory that a process has written to, resident or swapped out; the heap is part of it. */
function privateMemory(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const [anonymous, swapped] = ['RssAnon', 'VmSwap'].map(
      field => new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1],
    )
    return anonymous === undefined ? undefined : (Number(anonymous) + Number(swapped ?? 0)) * 1024
  } catch {
    return undefined
  }
}
