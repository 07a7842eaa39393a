import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { LeakscopeError } from '../errors.js'
import { isClusterWorker } from './attach/cluster.js'
import { obstacle, signalObstacle } from './attach/obstacles.js'
import { openInspectorOf } from './attach/open-inspector.js'
import { isLeftOpen } from './attach/openings.js'
import { hasEnded, type ProcessFacts } from './linux/facts.js'
import { everyProcess } from './linux/process-tree.js'
import { nodeVersionOf } from './linux/program.js'
import { residentBytes } from './linux/resident.js'
import { startArguments } from './linux/start-options.js'
import { userName } from './linux/users.js'

/** A Node.js process of this machine, seen from outside. */
export interface NodeProcess {
  readonly pid: number
  /** The name of its user, or the uid without a name. */
  readonly user: string
  /** `v22.23.3`, read from its executable without running it; `null` if that is not readable. */
  readonly nodeVersion: string | null
  /** Its script, otherwise its title. */
  readonly script: string
  readonly rss: number
  /** The port of its inspector, if that is open at the configured or default port. */
  readonly inspectorPort: number | null
  /** Whether a leakscope that was killed or gave up left that inspector open: the next one to attach closes it. */
  readonly inspectorLeft: boolean
  readonly threads: number
  /** The number of workers in its cluster, if it is a primary. */
  readonly clusterWorkers: number
  /** Why it cannot be attached to; `null` if there is no known obstacle. */
  readonly obstacle: LeakscopeError | null
}

/**
 * The visible Node.js processes of this machine, in pid order, seen from outside: sends no signal, and connects only to
 * open inspectors. Costs about 1 ms per process of the machine, more for the first process of a Node.js executable.
 * Errors: UNSUPPORTED.
 */
export async function processes(): Promise<NodeProcess[]> {
  if (process.platform !== 'linux') {
    throw new LeakscopeError('UNSUPPORTED', `listing processes needs Linux, this is ${process.platform}`, {
      hint: 'Find the pid with `ps` and give it to leakscope.',
    })
  }
  const everyone = everyProcess()
  const found = everyone.filter(facts => facts.pid !== process.pid && isNode(facts))
  const seen = await Promise.all(
    found.map(async facts => {
      const inspector = await openInspectorOf(facts)
      const inspectorPort = inspector?.port ?? null
      return {
        pid: facts.pid,
        user: userName(facts.uid) ?? String(facts.uid),
        nodeVersion: facts.program === undefined ? null : (nodeVersionOf(facts.pid) ?? null),
        script: startArguments(facts.commandLine).script ?? facts.commandLine[0] ?? '',
        rss: residentBytes(facts.pid),
        inspectorPort,
        inspectorLeft: inspector !== undefined && isLeftOpen(facts, inspector),
        threads: facts.threads,
        clusterWorkers: everyone.filter(other => other.parent === facts.pid && isClusterWorker(other)).length,
        obstacle: obstacle(facts.pid, facts) ?? (inspectorPort === null ? signalObstacle(facts) : undefined) ?? null,
      }
    }),
  )
  return seen.filter(({ pid }) => !hasEnded(pid))
}

// Searching every executable for Node.js would be slow: first skips those that have another name and neither catch nor
// block SIGUSR1, or are too small. (If Node.js is in a library, the name is `node`.)
const SMALLEST_NODE = 30 * 2 ** 20

function isNode(facts: ProcessFacts): boolean {
  const name = basename(facts.program ?? facts.commandLine[0] ?? '')
  const called = /^node(js)?\d*( \(deleted\))?$/.test(name)
  if (facts.program === undefined) return called
  if (!called && !facts.catchesSigusr1 && !facts.blocksSigusr1) return false
  return (called || programSize(facts.pid) >= SMALLEST_NODE) && nodeVersionOf(facts.pid) !== undefined
}

function programSize(pid: number): number {
  try {
    return statSync(`/proc/${pid}/exe`).size
  } catch {
    return 0
  }
}
