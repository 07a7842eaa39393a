import { readFileSync } from 'node:fs'
import type { Way } from '../capture/estimate.js'
import { forkObstacle } from '../capture/fork/obstacle.js'
import { nodeOptions, type ProcessFacts } from '../linux/facts.js'

/** Why a process cannot be captured in a way, as far as can be told from outside; `undefined` when nothing speaks against it. */
export function wayObstacle(way: Way, facts: ProcessFacts): string | undefined {
  if (way !== 'fork') return undefined
  return forkObstacle(facts) ?? addonRefusal(facts) ?? otherLibc(facts.pid)
}

// Under the permission model addons need a permission of their own, and so does the copy, which writes into a pipe by a path.
function addonRefusal(facts: ProcessFacts): string | undefined {
  const options = [...facts.commandLine.slice(1), ...(nodeOptions(facts.pid) ?? '').split(/\s+/)]
  if (options.includes('--no-addons')) return 'it was started with --no-addons'
  const model = options.find(option => /^--(experimental-)?permission$/.test(option))
  if (model === undefined) return undefined
  const lacks = ['--allow-addons', '--allow-fs-write'].find(
    allowed => !options.some(option => option === allowed || option.startsWith(`${allowed}=`)),
  )
  return lacks === undefined ? undefined : `it was started with ${model} and without ${lacks}`
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
