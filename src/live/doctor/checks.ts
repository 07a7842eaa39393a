import { basename } from 'node:path'
import type { Inspector } from '../attach/inspector-at.js'
import { signalObstacle } from '../attach/obstacles.js'
import { findInspectorAnywhere, inspectorLeftAt, openInspectorOf } from '../attach/open-inspector.js'
import { controlGroups } from '../linux/control-groups.js'
import { debugPortOf } from '../linux/debug-port.js'
import { type ProcessFacts, processFacts } from '../linux/facts.js'
import { seesOurFiles } from '../linux/mounts.js'
import { networkEntryObstacle } from '../linux/network-entry.js'
import { peersOf } from '../linux/peers.js'
import { nodeVersionOf } from '../linux/program.js'
import { ownerOf } from '../linux/sockets.js'
import { startOptions } from '../linux/start-options.js'
import { describeUser } from '../linux/users.js'
import type { Target } from '../target.js'

/** One check before attaching. */
export interface Check {
  readonly what: string
  /** `ok`; `note`: information; `doubt`: may prevent a capture; `obstacle`: prevents attaching. */
  readonly state: 'ok' | 'note' | 'doubt' | 'obstacle'
  readonly found: string
  /** The port of an inspector that is already open. */
  readonly openPort?: number
}

/**
 * Checks everything that can prevent attaching to a process, from outside: sends no signal and opens no session, but
 * asks an open inspector who it is. If we are attached, `ours` is our attachment.
 */
export async function checks(facts: ProcessFacts, ours?: Pick<Target, 'url' | 'openedInspector'>): Promise<Check[]> {
  const outside = [runs(facts), ...belongs(facts), program(facts)]
  // Further checks are meaningless for a process that is not Node.js or not accessible.
  if (outside.some(({ state }) => state === 'obstacle')) return outside
  return [...outside, ...(await inspector(facts, ours)), network(facts), container(facts)]
}

const STATES: Readonly<Record<string, string>> = {
  T: 'stopped (SIGCONT continues it)',
  t: 'stopped by a debugger (gdb, strace)',
  Z: 'ended, its parent has not noticed yet',
  X: 'ended',
  D: 'waits for a device: it answers when that does',
}

function runs({ state }: ProcessFacts): Check {
  const bad = STATES[state]
  return { what: 'state', state: bad === undefined ? 'ok' : state === 'D' ? 'note' : 'obstacle', found: bad ?? 'runs' }
}

function belongs({ uid, program, state }: ProcessFacts): Check[] {
  // An ended process has no executable.
  if ('ZX'.includes(state)) return []
  const self = process.geteuid?.()
  const found = `${describeUser(uid)}; leakscope runs as uid ${self}`
  if (self !== 0 && uid !== self) return [{ what: 'user', state: 'obstacle', found }]
  if (program === undefined) {
    return [{ what: 'user', state: 'obstacle', found: `${found}, and may not look into it (CAP_SYS_PTRACE)` }]
  }
  return [{ what: 'user', state: 'ok', found: `${found}; ptrace is not needed` }]
}

function program({ pid, program, state }: ProcessFacts): Check {
  if ('ZX'.includes(state)) return { what: 'Node.js', state: 'note', found: 'unknown: the process is exiting' }
  if (program === undefined) return { what: 'Node.js', state: 'note', found: 'unknown: its program may not be read' }
  const version = nodeVersionOf(pid)
  if (version === undefined) {
    return { what: 'Node.js', state: 'obstacle', found: `not seen in ${program}` }
  }
  const supported = Number(/^v(\d+)/.exec(version)?.[1]) >= 18
  return {
    what: 'Node.js',
    state: supported ? 'ok' : 'obstacle',
    found: supported ? version : `${version}; leakscope needs 18 or newer`,
  }
}

async function inspector(
  facts: ProcessFacts,
  ours: Pick<Target, 'url' | 'openedInspector'> | undefined,
): Promise<Check[]> {
  const { port, fromStart } = debugPortOf(facts)
  // Uses the HTTP endpoint, which no debugger session notices.
  const open = await openInspectorOf(facts)
  if (open !== undefined) {
    const by = fromStart ? 'from its start (--inspect)' : 'since a signal, or by the program itself'
    if (ours?.url === open.url && ours.openedInspector) {
      return [isOpen(facts, open, 'by this leakscope', 'nobody else is connected')]
    }
    return [isOpen(facts, open, by), ...waits(facts)]
  }
  const closed = await closedInspector(facts, port)
  if (closed.every(({ state }) => state !== 'obstacle')) return closed
  // An obstacle to opening does not matter if the program has opened an inspector itself.
  const elsewhere = await openInspectorOf(facts, findInspectorAnywhere)
  return elsewhere === undefined ? closed : [isOpen(facts, elsewhere, 'by the program itself')]
}

function isOpen({ pid }: ProcessFacts, { port }: Inspector, by: string, nobody = 'nobody is connected'): Check {
  const peers = peersOf(pid, port).map(peer => `process ${peer} (${commandOf(peer)})`)
  const used = peers.length === 0 ? nobody : `connected: ${peers.join(', ')}`
  return {
    what: 'inspector',
    state: peers.length === 0 ? 'ok' : 'note',
    found: `open at port ${port}, ${by}; ${used}`,
    openPort: port,
  }
}

async function closedInspector(facts: ProcessFacts, port: number): Promise<Check[]> {
  const refusal = signalObstacle(facts)
  if (refusal !== undefined) return [{ what: 'SIGUSR1', state: 'obstacle', found: refusal.message }]
  const signal: Check = {
    what: 'SIGUSR1',
    state: 'ok',
    found:
      'caught, which opens the inspector (unless the program has its own listener, which only an attempt can show)',
  }
  const owner = port === 0 ? undefined : ownerOf(port, facts.pid)
  if (owner === facts.pid) {
    const mine: Check = facts.sameNetwork
      ? { what: 'inspector', state: 'obstacle', found: `open at port ${port}, and does not publish its address` }
      : { what: 'inspector', state: 'ok', found: `open at port ${port} of its own network` }
    return [signal, mine]
  }
  return [signal, await place(facts, port, owner)]
}

async function place(facts: ProcessFacts, port: number, owner: number | 'unknown' | undefined): Promise<Check> {
  if (owner === undefined) {
    const doubt = saysHowStarted(facts)
      ? ''
      : ' unless it was started with another one (its title has replaced its command line)'
    return {
      what: 'inspector',
      state: 'ok',
      found: `closed; opens at port ${port === 0 ? 'any free one' : port}${doubt}`,
    }
  }
  const who = owner === 'unknown' ? "another user's process" : `process ${owner} (${commandOf(owner)})`
  if (owner !== 'unknown' && (await inspectorLeftAt(owner)) !== undefined) {
    const found = `closed, and its port ${port} is taken by ${who}, left open by a leakscope that has ended; it is closed first`
    return { what: 'inspector', state: 'note', found }
  }
  return { what: 'inspector', state: 'obstacle', found: `closed, and its port ${port} is taken by ${who}` }
}

// A program that sets `process.title` overwrites its command line, which is then a single argument that is not the
// executable.
function saysHowStarted({ commandLine: [first = '', ...words], program = '' }: ProcessFacts): boolean {
  return words.length > 0 || basename(first) === basename(program)
}

// Only a session would show whether it does.
function waits(facts: ProcessFacts): Check[] {
  const option = startOptions(facts).find(word => /^--inspect-(brk|wait)(=|$)/.test(word))
  if (option === undefined) return []
  const found = `started with ${option}: as long as it waits for a debugger to let it start, it cannot be captured`
  return [{ what: 'start', state: 'doubt', found }]
}

const commandOf = (pid: number): string => processFacts(pid)?.commandLine.slice(0, 3).join(' ') ?? 'ended'

function network({ sameNetwork }: ProcessFacts): Check {
  return sameNetwork
    ? { what: 'network', state: 'ok', found: 'the same as ours' }
    : networkEntryObstacle() === undefined
      ? { what: 'network', state: 'note', found: 'another namespace (a container): entered with nsenter' }
      : { what: 'network', state: 'obstacle', found: 'another namespace: leakscope has to run in it (nsenter -n)' }
}

function container({ pid, pidInside }: ProcessFacts): Check {
  const limited = controlGroups(pid).some(({ limit }) => limit !== undefined)
  const signs = [
    ...(pidInside === pid ? [] : [`calls itself process ${pidInside}`]),
    ...(seesOurFiles(pid) ? [] : ['sees other files than we do']),
    ...(limited ? ['its memory is limited'] : []),
  ]
  return signs.length === 0
    ? { what: 'container', state: 'ok', found: 'none seen' }
    : { what: 'container', state: 'note', found: signs.join(', ') }
}
