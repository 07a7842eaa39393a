import { readFileSync, readlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { LeakscopeError } from '../errors.js'
import { hasEnded, processFacts } from '../live/linux/facts.js'
import { startArguments } from '../live/linux/start-options.js'
import { processes } from '../live/processes.js'

/** The process that a watch currently watches; it is looked up again after each deploy. */
export interface WatchedProcess {
  readonly pid: number
  readonly script: string
  /** Its start time, which distinguishes processes with the same pid. */
  readonly startedAt: string
}

/** How a watch finds its target: by pid, by a file that contains the pid, or by the end of the script's path. */
export type Finder =
  | { readonly by: 'pid'; readonly pid: number }
  | { readonly by: 'file'; readonly path: string }
  | { readonly by: 'script'; readonly script: string }

/** A description of the process that a watch waits for. */
export const finderText = (finder: Finder): string =>
  finder.by === 'pid'
    ? `process ${finder.pid}`
    : finder.by === 'file'
      ? `the process named in ${finder.path}`
      : finder.script

/**
 * The process to watch; `undefined` if none runs. Among several with the script, the newest that none of the others
 * started.
 */
export async function findWatched(finder: Finder): Promise<WatchedProcess | undefined> {
  if (finder.by === 'pid') return running(finder.pid)
  if (finder.by === 'file') {
    const pid = pidIn(finder.path)
    return pid === undefined ? undefined : running(pid)
  }
  const found = (await processes())
    .filter(({ pid, script }) => endsWith(wholePath(pid, script), finder.script))
    .map(({ pid }) => pid)
  const facts = found.flatMap(pid => processFacts(pid) ?? [])
  const first = facts.filter(({ parent }) => !found.includes(parent))
  const newest = first.sort((a, b) => b.startTicks - a.startTicks)[0]
  return newest && running(newest.pid)
}

/**
 * Keeps the known start time of a process: read again, it may differ by a second, since it is computed from the current
 * time. No other process has the same pid and a start time within two seconds.
 */
export function asKnown(
  found: WatchedProcess,
  known: { readonly pid: number | null; readonly startedAt: string | null } | undefined,
): WatchedProcess {
  if (known?.startedAt == null || known.pid !== found.pid) return found
  const apart = Math.abs(Date.parse(found.startedAt) - Date.parse(known.startedAt))
  return apart <= 2000 ? { ...found, startedAt: known.startedAt } : found
}

function running(pid: number): WatchedProcess | undefined {
  const facts = processFacts(pid)
  if (facts === undefined || hasEnded(pid)) return undefined
  const script = startArguments(facts.commandLine).script ?? facts.commandLine[0] ?? ''
  return { pid, script, startedAt: new Date(Math.round(Date.now() / 1000 - facts.ageSeconds) * 1000).toISOString() }
}

// `node server.js` says less than the full path.
function wholePath(pid: number, script: string): string {
  try {
    return resolve(readlinkSync(`/proc/${pid}/cwd`), script)
  } catch {
    return script
  }
}

// `server.js` matches `node /app/dist/server.js`, but not `node /app/my-server.js`.
function endsWith(script: string, wanted: string): boolean {
  const [words, last] = [script, wanted].map(path => path.split('/').filter(word => word !== '' && word !== '.')) as [
    string[],
    string[],
  ]
  return last.length > 0 && last.every((word, at) => word === words[words.length - last.length + at])
}

function pidIn(path: string): number | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8').slice(0, 100)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new LeakscopeError('NOT_FOUND', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  return /^\s*\d{1,7}\s*$/.test(text) ? Number(text) : undefined
}
