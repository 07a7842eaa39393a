import { closeSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { environment, type ProcessFacts } from '../linux/facts.js'
import { sharesOurFiles } from '../linux/mounts.js'
import { mayWrite, permissionModel } from '../linux/permissions.js'
import { startOptions } from '../linux/start-options.js'
import type { CaptureMethod } from './estimate.js'
import { forkObstacle } from './fork/obstacle.js'

/**
 * Why a process cannot be captured to `path` with a method, as far as visible from outside; `undefined` if there is no
 * obstacle.
 */
export function methodObstacle(way: CaptureMethod, facts: ProcessFacts, path: string): string | undefined {
  if (way === 'inspector') return undefined
  if (way === 'file') return writeRefusal(facts, join(folderFor(facts, path), 'x.heapsnapshot'))
  // The child writes into a pipe, which has this path.
  return (
    forkObstacle(facts) ?? addonRefusal(facts) ?? writeRefusal(facts, '/proc/self/fd/9') ?? unreadableMemory(facts.pid)
  )
}

function addonRefusal(facts: ProcessFacts): string | undefined {
  const options = startOptions(facts)
  if (options.includes('--no-addons')) return 'it was started with --no-addons'
  const model = permissionModel(options)
  if (model === undefined || options.includes('--allow-addons')) return undefined
  return `it was started with ${model} and without --allow-addons`
}

function writeRefusal(facts: ProcessFacts, path: string): string | undefined {
  const options = startOptions(facts)
  const model = permissionModel(options)
  if (model === undefined || mayWrite(facts, options, path)) return undefined
  return options.some(option => option.startsWith('--allow-fs-write'))
    ? `it was started with ${model}, and its --allow-fs-write does not cover ${dirname(path)}`
    : `it was started with ${model} and without --allow-fs-write`
}

// Like `captureByFile`: beside `path`, otherwise in the temporary folder of the process.
function folderFor({ pid }: ProcessFacts, path: string): string {
  if (sharesOurFiles(pid)) return dirname(resolve(path))
  return environment(pid, 'TMPDIR') ?? '/tmp'
}

// A process with capabilities (such as a low port), or with changed ones, is visible only to root: its child's pipe
// could not be read.
function unreadableMemory(pid: number): string | undefined {
  try {
    closeSync(openSync(`/proc/${pid}/maps`, 'r'))
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'only root may read its memory' : undefined
  }
}
