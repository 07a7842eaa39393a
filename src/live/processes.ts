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
  /** Name of its user, or the number where it has no name. */
  readonly user: string
  /** `v22.23.3`, read from its program without running it; `null` where the program may not be read. */
  readonly nodeVersion: string | null
  /** The script it runs, else what it calls itself. */
  readonly script: string
  readonly rss: number
  /** Port of its inspector where that is open at the port it was told or the usual one. */
  readonly inspectorPort: number | null
  /** Whether a leakscope that was killed or gave up left that inspector open: the next to attach closes it. */
  readonly inspectorLeft: boolean
  readonly threads: number
  /** Processes of its cluster, if it is the primary of one. */
  readonly clusterWorkers: number
  /** Why it cannot be attached to; `null` when nothing speaks against it. */
  readonly obstacle: LeakscopeError | null
}

/**
 * The Node.js processes of this machine that can be seen, in pid order, looked at from outside: none is signalled, and only an open
 * inspector is spoken to. About 1 ms per process of the machine, more at the first sight of a Node.js program. Errors: UNSUPPORTED.
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

// Reading every program of the machine for the mark of Node.js would be slow: first those which cannot be it are left out, as they
// have another name and neither catch nor block SIGUSR1 or are too small. (Where Node.js is in a library, the name is `node`.)
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
