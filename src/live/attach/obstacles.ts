import { LeakscopeError } from '../../errors.js'
import { sized } from '../../units.js'
import { mayTrace } from '../linux/capabilities.js'
import { hasEnded, type ProcessFacts } from '../linux/facts.js'
import { networkEntryObstacle, ownUserNamespace } from '../linux/network-entry.js'
import { freeDescriptors, freeOwnMemory, type Limit, ownLimits, threadRoom } from '../linux/own-limits.js'
import { family } from '../linux/process-tree.js'
import { nodeVersionOf } from '../linux/program.js'
import { startOptions } from '../linux/start-options.js'
import { describeUser, userName } from '../linux/users.js'

// The name set by the addon for capture by fork.
const COPY_NAME = 'leakscope copy'

/**
 * Why a process cannot be attached to by any means, determined without touching it; `undefined` if there is no
 * obstacle. Without facts, the process `pid` does not exist (any more).
 */
export function obstacle(pid: number, facts: ProcessFacts | undefined): LeakscopeError | undefined {
  if (facts === undefined) {
    return new LeakscopeError('NO_TARGET', `there is no process ${pid}`, {
      hint: 'List the Node.js processes here with `leakscope ps`.',
    })
  }
  if ('ZX'.includes(facts.state)) {
    return new LeakscopeError(
      'TARGET_GONE',
      `process ${pid} has ended and only waits for its parent to notice (zombie)`,
    )
  }
  return copied(facts) ?? foreign(facts) ?? notNode(facts) ?? stopped(facts) ?? elsewhere(facts)
}

function copied({ pid, name }: ProcessFacts): LeakscopeError | undefined {
  if (name !== COPY_NAME) return undefined
  return new LeakscopeError(
    'ATTACH',
    `process ${pid} is a child that leakscope forked from another process, to write its heap`,
    {
      hint: 'It ends by itself. Give leakscope the process it was forked from.',
    },
  )
}

/**
 * Why SIGUSR1 must not be sent to a Node.js process: it would end a process that does not catch the signal. `undefined`
 * if it is safe.
 */
export function signalObstacle(facts: ProcessFacts): LeakscopeError | undefined {
  if (facts.catchesSigusr1) return otherUse(facts) ?? exhaustion(facts)
  const { pid } = facts
  if (facts.blocksSigusr1 && !stillStarting(facts)) {
    return (
      runsOthers(facts) ??
      new LeakscopeError('ATTACH', `process ${pid} cannot open its inspector: ${blockedBy(facts)}`, {
        hint: 'Start it with --inspect=127.0.0.1:0 (under the permission model with --allow-inspector too).',
      })
    )
  }
  if (stillStarting(facts)) {
    return new LeakscopeError('ATTACH', `process ${pid} is still starting: SIGUSR1 would end it`, {
      hint: 'Try again in a second.',
    })
  }
  return new LeakscopeError('ATTACH', `process ${pid} does not catch SIGUSR1 any more: the signal would end it`, {
    hint: 'Start it with --inspect=127.0.0.1:0: a program that removed its own SIGUSR1 listener cannot be attached to.',
  })
}

// With these options, Node.js uses the signal for something else and opens no inspector.
function otherUse(facts: ProcessFacts): LeakscopeError | undefined {
  const option = startOptions(facts).find(word => /^--(heapsnapshot|report)-signal=SIGUSR1$/.test(word))
  if (option === undefined) return undefined
  const writes = option.startsWith('--heap') ? 'a heap snapshot' : 'a report'
  return new LeakscopeError(
    'ATTACH',
    `process ${facts.pid} was started with ${option}: SIGUSR1 would make it write ${writes}`,
    {
      hint: 'Start it with --inspect=127.0.0.1:0, or with another signal (SIGUSR2) for that.',
    },
  )
}

// Node.js aborts if there are no descriptors for its inspector, its thread or that thread's stack (the CHECKs in
// src/inspector_io.cc), which is likely in a process that leaks descriptors.
const DESCRIPTORS_NEEDED = 16
const THREADS_NEEDED = 1
const ADDRESSES_NEEDED = 32 * 2 ** 20

function exhaustion(facts: ProcessFacts): LeakscopeError | undefined {
  const { pid } = facts
  const limits = ownLimits(pid)
  if (limits === undefined) return undefined
  const descriptors = freeDescriptors(pid, limits)
  if (descriptors < DESCRIPTORS_NEEDED) {
    const { now } = limits.descriptors
    return lacks(
      pid,
      `has ${descriptors} of ${now} descriptors left`,
      prlimit(pid, 'nofile', limits.descriptors, now + 64),
    )
  }
  const { free, group } = threadRoom(facts, limits)
  if (free < THREADS_NEEDED) {
    const { now } = limits.threads
    return group === undefined
      ? lacks(pid, `can start no thread: its user may have ${now}`, prlimit(pid, 'nproc', limits.threads, now + 16))
      : lacks(
          pid,
          `can start no thread: its control group is full`,
          `Raise the number in ${group}/pids.max, then try again.`,
        )
  }
  const bytes = freeOwnMemory(pid)
  if (bytes >= ADDRESSES_NEEDED) return undefined
  return lacks(
    pid,
    `has ${sized(bytes)} left of the memory it may map`,
    `Raise its limits (\`prlimit --pid ${pid}\` shows them), then try again.`,
  )
}

function lacks(pid: number, what: string, hint: string): LeakscopeError {
  return new LeakscopeError(
    'ATTACH',
    `process ${pid} ${what}: Node.js would end it, as its inspector could not start`,
    {
      hint,
    },
  )
}

// The limit of a running process can be raised: by its user up to `most`, beyond that by root.
function prlimit(pid: number, name: string, { most }: Limit, wanted: number): string {
  const command = `prlimit --pid ${pid} --${name}=${wanted}:`
  return most >= wanted ? `Run \`${command}\`, then try again.` : `Run \`${command}${wanted}\` as root, then try again.`
}

/**
 * Whether a process that does not catch SIGUSR1 may still be starting. During its start Node.js also blocks the signal
 * for a moment, so a blocked signal is meaningful only later.
 */
export function stillStarting({ catchesSigusr1, blocksSigusr1, ageSeconds }: ProcessFacts): boolean {
  return !catchesSigusr1 && ageSeconds < (blocksSigusr1 ? 2 : 3)
}

function foreign({ pid, uid, program, commandLine }: ProcessFacts): LeakscopeError | undefined {
  const self = process.geteuid?.()
  if (self !== 0 && uid !== self) {
    return new LeakscopeError(
      'ATTACH',
      `process ${pid} belongs to ${describeUser(uid)}, leakscope runs as uid ${self}`,
      {
        hint: `Run the same as that user: \`sudo -u ${userName(uid) ?? `#${uid}`} leakscope …\`.`,
      },
    )
  }
  if (program !== undefined) return undefined
  // Kernel threads and exiting processes have neither an executable nor a command line.
  if (self === 0 && commandLine.length === 0) {
    return new LeakscopeError('ATTACH', `process ${pid} has no program: it is about to end, or the kernel's own`, {
      hint: 'List the Node.js processes here with `leakscope ps`.',
    })
  }
  return new LeakscopeError('ATTACH', `the system does not permit inspecting process ${pid}`, {
    hint: inspectionHint(self === 0, mayTrace()),
  })
}

/** What is needed to inspect a process that the system hides, for root and for others. */
export function inspectionHint(root: boolean, mayTrace: boolean): string {
  if (!root) return 'Run leakscope as root, in a container with --cap-add SYS_PTRACE.'
  return mayTrace
    ? 'Run leakscope outside of this container: a security module (AppArmor, SELinux) or another user namespace hides the process.'
    : 'Give leakscope the capability SYS_PTRACE, which root lacks here: `docker run --cap-add SYS_PTRACE`.'
}

function notNode({ pid, program, commandLine }: ProcessFacts): LeakscopeError | undefined {
  const version = nodeVersionOf(pid)
  if (version === undefined) {
    // The process ended meanwhile.
    if (hasEnded(pid)) return new LeakscopeError('TARGET_GONE', `process ${pid} has ended`)
    return new LeakscopeError('ATTACH', `process ${pid} is not Node.js (${program ?? commandLine[0]})`, {
      hint: 'List the Node.js processes here with `leakscope ps`.',
    })
  }
  return tooOld(`process ${pid}`, version)
}

/** The error for Node.js before 18: snapshots crash some of these releases. */
export function tooOld(name: string, version: string): LeakscopeError | undefined {
  if (Number(/^v(\d+)/.exec(version)?.[1]) >= 18) return undefined
  return new LeakscopeError('ATTACH', `${name} runs Node.js ${version}; leakscope needs 18 or newer`, {
    hint: 'Run it on Node.js 18 or newer.',
  })
}

function stopped({ pid, state }: ProcessFacts): LeakscopeError | undefined {
  if (state === 't') {
    return new LeakscopeError('ATTACH', `process ${pid} is stopped by a debugger (gdb, strace)`, {
      hint: 'Let that debugger continue it first.',
    })
  }
  if (state !== 'T') return undefined
  return new LeakscopeError('ATTACH', `process ${pid} is stopped`, { hint: `Continue it with \`kill -CONT ${pid}\`.` })
}

function elsewhere({ pid, sameNetwork }: ProcessFacts): LeakscopeError | undefined {
  const reason = sameNetwork ? undefined : networkEntryObstacle()
  if (reason === undefined) return undefined
  const enter = `nsenter -t ${pid} ${ownUserNamespace(pid) ? '-U --preserve-credentials ' : ''}-n`
  const lacks = reason === 'no nsenter' ? 'there is no `nsenter` here to enter it' : 'leakscope may not enter it'
  return new LeakscopeError('ATTACH', `process ${pid} is in another network namespace (a container), and ${lacks}`, {
    hint: `Run \`${enter} leakscope attach ${pid}\` as root of the machine.`,
  })
}

// It runs the program, or each test file, in a separate process.
function runsOthers(facts: ProcessFacts): LeakscopeError | undefined {
  const option = startOptions(facts).find(word => /^--(watch|watch-path=.*|test)$/.test(word))
  if (option === undefined) return undefined
  const others = family(facts.pid).filter(({ pid, catchesSigusr1 }) => pid !== facts.pid && catchesSigusr1)
  return new LeakscopeError(
    'ATTACH',
    `process ${facts.pid} only runs other processes (${option.replace(/=.*/s, '')})`,
    {
      hint:
        others.length === 0
          ? 'Attach to a process that it runs.'
          : `Attach to what it runs: process ${others.map(({ pid }) => pid).join(', ')}.`,
    },
  )
}

function blockedBy(facts: ProcessFacts): string {
  const option = startOptions(facts).find(word => /^--(disable-sigusr1|permission|experimental-permission)$/.test(word))
  return option === undefined ? 'it blocks SIGUSR1' : `it was started with ${option}`
}
