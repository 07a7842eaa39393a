import { readFileSync } from 'node:fs'
import type { Way } from '../capture/estimate.js'
import { forkObstacle } from '../capture/fork/obstacle.js'
import { nodeOptions, type ProcessFacts } from '../linux/facts.js'

/** Why a process cannot be captured in a way, as far as can be told from outside; `undefined` when nothing speaks against it. */
export function wayObstacle(way: Way, facts: ProcessFacts): string | undefined {
  if (way !== 'fork') return undefined
  return forkObstacle(facts) ?? addonRefusal(facts) ?? otherLibc(facts.pid)
}

// Under the permission model addons need a permission of their own.
function addonRefusal(facts: ProcessFacts): string | undefined {
  const options = new Set([...facts.commandLine.slice(1), ...(nodeOptions(facts.pid) ?? '').split(/\s+/)])
  if (options.has('--no-addons')) return 'it was started with --no-addons'
  const model = ['--permission', '--experimental-permission'].find(option => options.has(option))
  return model !== undefined && !options.has('--allow-addons')
    ? `it was started with ${model} and without --allow-addons`
    : undefined
}

function otherLibc(pid: number): string | undefined {
  try {
    return /\/ld-musl-[^/]*$/m.test(readFileSync(`/proc/${pid}/maps`, 'utf8'))
      ? 'it runs on musl (Alpine), and the addon for capture by fork needs glibc'
      : undefined
  } catch (error) {
    // What has rights of its own (a low port), or had other ones, is shown to root only: neither could its copy's pipe be read.
    return (error as NodeJS.ErrnoException).code === 'EACCES'
      ? 'what it has in memory is shown to root only'
      : undefined
  }
}
