import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../errors.js'
import { attachProcess } from './attach-process.js'
import type { Limits } from './limits.js'
import { family } from './linux/children.js'
import type { ProcessFacts } from './linux/facts.js'
import { nodeVersionOf } from './linux/program.js'
import type { Target } from './target.js'

/**
 * Starts a command and attaches to the Node.js process it becomes or starts, which may be behind a shell or a package manager
 * (`npm start`). Nothing is added to the program: no option, no variable; it is attached to by pid as soon as it can be. What it
 * prints goes to our stderr. Detaching ends it: SIGTERM, and after 5 s SIGKILL. Errors: those of attaching by pid.
 */
export async function attachCommand(command: readonly string[], limits: Limits): Promise<Target> {
  const [program, ...words] = command
  if (program === undefined) {
    throw new LeakscopeError('USAGE', 'no command to start', {
      hint: 'Name one: `leakscope attach -- node server.js`.',
    })
  }
  const child = spawn(program, words, { stdio: ['ignore', 2, 2] })
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new LeakscopeError('NO_TARGET', `cannot start ${program}: ${(error as Error).message}`, {
      hint: 'Name a program that is there, such as `node server.js`.',
      cause: error,
    })
  }
  try {
    const target = await attachProcess(await programOf(child, command, limits.signal), limits)
    let leaving: Promise<void> | undefined
    const detach = (): Promise<void> => {
      leaving ??= target.detach().finally(() => end(child, target.pid))
      return leaving
    }
    return { ...target, detach, [Symbol.asyncDispose]: detach }
  } catch (error) {
    await end(child, null)
    throw error
  }
}

// The first Node.js process of the family that runs something of the user's. Waits as long as the command runs: what comes before
// it (a build, an install) has no known length.
async function programOf(child: ChildProcess, command: readonly string[], signal: AbortSignal): Promise<number> {
  while (child.exitCode === null && child.signalCode === null) {
    signal.throwIfAborted()
    for (const member of family(child.pid!)) {
      if (!startsOthers(member) && member.catchesSigusr1 && nodeVersionOf(member.pid) !== undefined) return member.pid
    }
    await sleep(20)
  }
  const how = child.signalCode === null ? `with code ${child.exitCode}` : `by ${child.signalCode}`
  throw new LeakscopeError('TARGET_GONE', `\`${command.join(' ')}\` ended ${how} before it could be attached to`, {
    hint: 'Run it alone to see why; a program must live for a second to be looked into.',
  })
}

const STARTERS = /^(npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack)(-cli)?(\.c?js)?$/

// Package managers set their title to the whole command, so that the words come in one.
function startsOthers({ commandLine }: ProcessFacts): boolean {
  return commandLine
    .slice(0, 2)
    .some(word => STARTERS.test(basename(word)) || STARTERS.test(basename(word.split(' ')[0]!)))
}

async function end(child: ChildProcess, attached: number | null): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(late)
  }
  // A shell ends at SIGTERM without telling the program it started.
  if (attached !== null && attached !== child.pid) tryToEnd(attached)
}

function tryToEnd(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // It ended with its starter.
  }
}
