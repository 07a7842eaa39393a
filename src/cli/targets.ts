import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { LeakscopeError } from '../errors.js'
import type { Target } from '../live/attach/attach.js'
import type { NodeProcess } from '../live/processes.js'
import { parseTarget, type TargetSpec } from '../live/spec.js'
import { excerpt } from '../render/plain-text.js'
import { sized } from '../units.js'
import type { Context } from './context.js'
import { Interrupted } from './failures.js'
import type { Io } from './io.js'
import { inWorker } from './worker-option.js'

/**
 * Attaches (and enters a worker thread, if selected), runs `work` with the target, and leaves the target as it was
 * found, whatever happens. If only leaving fails, the result is still returned and the failure is added to `troubles`.
 * Errors: ATTACH, NO_TARGET.
 */
export async function withTarget<T>(
  spec: TargetSpec,
  { task, io }: Context,
  work: (target: Target) => Promise<T>,
  worker?: number,
): Promise<T> {
  task.progress('attaching')
  const { attach } = await import('../live/attach/attach.js')
  let done = false
  const target = await attach(spec, { task, ...io.attaching })
  await using _ = {
    [Symbol.asyncDispose]: () =>
      target.detach().catch(error => {
        if (!done || io.troubles === undefined) throw error
        io.troubles.push(error)
      }),
  }
  const result = await inWorker(target, worker, work)
  done = true
  return result
}

/** An argument as a target; `undefined` if it names a file or can only be one. */
export function targetNamed(arg: string, io: Io): TargetSpec | undefined {
  const spec = parseTarget(arg)
  return spec?.kind === 'pid' || !existsSync(resolve(io.cwd, arg)) ? spec : undefined
}

/**
 * The target of a command: the program after `--`, the one named, or by default the only Node.js process of this user
 * that can be attached to. With several, asks on a terminal. Errors: USAGE, NO_TARGET.
 */
export async function chooseTarget(
  arg: string | undefined,
  command: readonly string[] | undefined,
  io: Io,
): Promise<TargetSpec> {
  if (command !== undefined) return programNamed(command)
  if (arg === undefined) return onlyProcess(io)
  const spec = targetNamed(arg, io)
  if (spec !== undefined) return spec
  throw new LeakscopeError('USAGE', `'${arg}' is not a target`, {
    hint: 'Give a pid, host:port, ws://…, or -- and a command to start; `leakscope ps` lists the processes here.',
  })
}

/** The same for commands that need a process that already runs. Errors: USAGE, NO_TARGET. */
export async function chooseRunning(
  arg: string | undefined,
  command: readonly string[] | undefined,
  io: Io,
): Promise<TargetSpec> {
  if (command === undefined) return chooseTarget(arg, undefined, io)
  throw new LeakscopeError('USAGE', 'a program started after -- ends with leakscope, so arming it is pointless', {
    hint: 'Start it separately and give its pid, or start it with --heapsnapshot-near-heap-limit=1.',
  })
}

/** The program after `--`. Errors: USAGE. */
export function programNamed(command: readonly string[]): TargetSpec {
  if (command.length === 0) {
    throw new LeakscopeError('USAGE', 'nothing follows --', {
      hint: 'Name a command to start, as in -- node server.js.',
    })
  }
  return { kind: 'command', command: [...command] }
}

async function onlyProcess(io: Io): Promise<TargetSpec> {
  const { processes } = await import('../live/processes.js')
  const { userName } = await import('../live/linux/users.js')
  const uid = process.geteuid?.() ?? -1
  const ours = userName(uid) ?? String(uid)
  // `npx leakscope` is a Node.js process too, and the one that started us.
  const open = (await processes()).filter(
    ({ obstacle, user, pid }) => obstacle === null && user === ours && pid !== process.ppid,
  )
  // npm, npx and other leakscopes are chosen only if there is nothing else.
  const programs = open.filter(({ script }) => !/^np[mx] |[\\/]\.?bin[\\/]leakscope(\.js)?$/.test(script))
  const found = programs.length > 0 ? programs : open
  if (found.length === 1) return { kind: 'pid', pid: found[0]!.pid }
  if (found.length > 1 && io.stdin.isTTY && io.stderr.isTTY) return { kind: 'pid', pid: await ask(found) }
  if (found.length === 0) {
    throw new LeakscopeError('NO_TARGET', 'no target was named, and no Node.js process here can be attached to', {
      hint: 'Give a pid or a .heapsnapshot file; `leakscope ps` says why a process cannot be attached to.',
    })
  }
  throw new LeakscopeError('NO_TARGET', `no target was named, and there are ${found.length} Node.js processes`, {
    lines: [
      ...found.slice(0, MOST_NAMED).map(one => `${String(one.pid).padStart(8)}  ${shown(one)}`),
      ...(found.length > MOST_NAMED ? [`       …  ${found.length - MOST_NAMED} more: leakscope ps`] : []),
    ],
    hint: 'Give the pid of one of them.',
  })
}

const MOST_NAMED = 15

const shown = ({ script, rss }: NodeProcess): string => `${excerpt(script, 50)}  ${sized(rss)}`

async function ask(found: readonly NodeProcess[]): Promise<number> {
  const { isCancel, select } = await import('@clack/prompts')
  const choice = await select({
    message: 'Which process?',
    options: found.map(process => ({ value: process.pid, label: `${process.pid}  ${shown(process)}` })),
    output: process.stderr,
  })
  if (isCancel(choice)) throw new Interrupted()
  return choice
}
