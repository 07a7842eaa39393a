import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../../errors.js'
import type { Task } from '../../task.js'
import { type ProcessFacts, processFacts } from '../linux/facts.js'
import { family } from '../linux/process-tree.js'
import { nodeVersionOf } from '../linux/program.js'
import type { Target } from '../target.js'
import type { Limits } from './limits.js'
import { attachProcess } from './process.js'

/**
 * Starts a command and attaches to the Node.js process that it becomes or starts, possibly through a shell or a package
 * manager (`npm start`). Adds no option or variable to the program, and attaches by pid as soon as possible. Its output
 * goes to our stderr. Detaching ends it and everything it started, with SIGTERM and after 5 s SIGKILL; so does the end
 * of our own process for any reason. Errors: those of attaching by pid.
 */
export async function attachCommand(
  command: readonly string[],
  limits: Limits,
  progress: Task['progress'],
): Promise<Target> {
  const [program, ...args] = command
  if (program === undefined) {
    throw new LeakscopeError('USAGE', 'no command to start', {
      hint: 'Name one: `leakscope attach -- node server.js`.',
    })
  }
  if (process.platform !== 'linux') {
    throw new LeakscopeError(
      'UNSUPPORTED',
      `starting a program to attach to needs Linux, this is ${process.platform}`,
      {
        hint: 'Start it with --inspect=127.0.0.1:9229, then run `leakscope attach 127.0.0.1:9229`.',
      },
    )
  }
  const child = spawn(program, args, { stdio: ['ignore', 2, 2] })
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new LeakscopeError('NO_TARGET', `cannot start ${program}: ${(error as Error).message}`, {
      hint: 'Name a program that is there, such as `node server.js`.',
      cause: error,
    })
  }
  child.on('error', () => {}) // a signal that we may not send: noticed because it stays alive
  // An ended child stays a zombie until Node.js reaps it in the next turn of the event loop.
  const buried = new Promise(resolve => child.once('exit', resolve))
  const started = (): ProcessFacts[] => family(child.pid!)
  const drop = (): void => signal(started(), 'SIGTERM')
  process.once('exit', drop)
  try {
    progress(`waiting for a Node.js process of \`${command.join(' ')}\``)
    const pid = await programOf(child, command, limits.signal)
    progress('attaching')
    const target = await attachProcess(pid, limits)
    // Processes that a shell leaves behind are no longer its descendants, so these are collected while it runs.
    const members = started()
    let leaving: Promise<void> | undefined
    const detach = (): Promise<void> => {
      leaving ??= target.detach().finally(async () => {
        process.off('exit', drop)
        await end([...started(), ...members])
        await Promise.race([buried, sleep(1000, undefined, { ref: false })])
      })
      return leaving
    }
    return { ...target, detach, [Symbol.asyncDispose]: detach }
  } catch (error) {
    process.off('exit', drop)
    await end(started())
    throw error
  }
}

// The first Node.js process among the descendants that runs the user's program. Waits as long as the command runs,
// since a build or install may come first.
async function programOf(child: ChildProcess, command: readonly string[], signal: AbortSignal): Promise<number> {
  const seen = { node: false, other: false }
  while (child.exitCode === null && child.signalCode === null) {
    signal.throwIfAborted()
    for (const member of family(child.pid!)) {
      if (member.program !== undefined) seen[nodeVersionOf(member.pid) === undefined ? 'other' : 'node'] = true
      if (!startsOthers(member) && member.catchesSigusr1 && nodeVersionOf(member.pid) !== undefined) return member.pid
    }
    await sleep(20)
  }
  const how = child.signalCode === null ? `with code ${child.exitCode}` : `by ${child.signalCode}`
  const name = `\`${command.join(' ')}\``
  // Nothing is known about a process that was never seen alive.
  if (seen.other && !seen.node) {
    throw new LeakscopeError('TARGET_GONE', `${name} ended ${how}, and neither was nor started a Node.js process`, {
      hint: 'Name a command that runs Node.js, such as `node server.js` or `npm start`.',
    })
  }
  throw new LeakscopeError('TARGET_GONE', `${name} ended ${how} before it could be attached to`, {
    hint: 'Run it alone to see why; a program must live for a second to be looked into.',
  })
}

const STARTERS = /^(npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack)(-cli)?(\.c?js)?$/

// Package managers set their title to the complete command line, as one argument.
function startsOthers({ commandLine }: ProcessFacts): boolean {
  return commandLine
    .slice(0, 2)
    .some(arg => STARTERS.test(basename(arg)) || STARTERS.test(basename(arg.split(' ')[0]!)))
}

// The first process first, since package managers end their children themselves; then the rest.
async function end(members: readonly ProcessFacts[]): Promise<void> {
  for (const some of [members.slice(0, 1), members.slice(1)]) {
    signal(some, 'SIGTERM')
    const deadline = Date.now() + 5000
    while (some.some(lives) && Date.now() < deadline) await sleep(10)
    signal(some, 'SIGKILL')
  }
}

function signal(members: readonly ProcessFacts[], name: NodeJS.Signals): void {
  for (const member of members) {
    try {
      if (lives(member)) process.kill(member.pid, name)
    } catch {
      // It has just ended, or belongs to another user.
    }
  }
}

/** Whether it is still the same process, since pids are reused. */
function lives({ pid, startTicks }: ProcessFacts): boolean {
  const now = processFacts(pid)
  return now !== undefined && now.startTicks === startTicks && !'ZX'.includes(now.state)
}
