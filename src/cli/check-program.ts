import type { CheckPlan } from '../check/plan.js'
import type { TargetSpec } from '../live/spec.js'
import { sized } from '../units.js'
import { type CheckContext, type CheckRun, runCheck, withoutFiles } from './check-run.js'
import { between, grown, type Member, processHeaps, threadHeaps, type Watched } from './members.js'
import { withTarget } from './targets.js'

/** Processes and threads whose heaps grew that are checked one after the other. */
const mostChecked = 3

/**
 * Checks a process, and watches what else belongs to its program meanwhile: the workers of its cluster, its worker threads, what it
 * started. Those whose heaps grew are checked, too. Gives the run of the worst, with what the others came to among its notes.
 */
export async function checkProgram(spec: TargetSpec, plan: CheckPlan, context: CheckContext): Promise<CheckRun> {
  const { options, task } = context
  const untroubled = { ...context, io: { ...context.io, troubles: [] } }
  if (spec.kind !== 'pid' || options.worker !== undefined) return runCheck(spec, plan, context)
  const { pid } = spec
  const heaps = async () => ({
    processes: await processHeaps(pid, untroubled),
    threads: await withTarget(spec, untroubled, target => threadHeaps(target, task)).catch(() => new Map()),
  })
  const before = await heaps()
  const named = await runCheck(spec, plan, context)
  if (before.processes.size + before.threads.size === 0) return named
  const after = await heaps()
  const watched = [...between(before.processes, after.processes), ...between(before.threads, after.threads)]
  const suspicious = grown(watched)
  const all: { run: CheckRun; member?: Member }[] = [{ run: named }]
  for (const { member } of suspicious.slice(0, mostChecked)) {
    task.progress(`checking ${member.label}, whose heap grew`)
    const more = member.worker === undefined ? options : { ...options, worker: member.worker }
    all.push({ run: await runCheck({ kind: 'pid', pid: member.pid }, plan, { ...context, options: more }), member })
  }
  const [worst, ...others] = all.sort((a, b) => rank(a.run) - rank(b.run))
  for (const { run } of others) withoutFiles(run)
  const { run, member } = worst!
  return {
    ...run,
    result: member === undefined ? run.result : ofMember(run.result, member),
    notes: [
      ...others.map(one => `Also checked, ${one.member?.label ?? `process ${pid}`}: ${one.run.result.report.headline}`),
      ...notesOf(watched, suspicious),
      ...run.notes.filter(note => !note.startsWith('Not looked at: ')),
    ],
  }
}

/** The worst first; of equals the one that was named. */
const rank = ({ result: { verdict } }: CheckRun): number => ['leaking', 'inconclusive', 'not-leaking'].indexOf(verdict)

function ofMember(result: CheckRun['result'], { label }: Member): CheckRun['result'] {
  const text = result.report.headline ?? result.report.title
  const headline = text.replace(/^(Leaking|Inconclusive|Not leaking): /, `$1, in ${label}: `)
  return {
    ...result,
    suspects: result.suspects.map(suspect => ({ ...suspect, headline: `${suspect.headline}, in ${label}` })),
    report: { ...result.report, title: headline, headline },
  }
}

function notesOf(watched: readonly Watched[], suspicious: readonly Watched[]): string[] {
  const calm = watched.filter(one => !suspicious.includes(one))
  const left = suspicious.slice(mostChecked)
  return [
    ...(calm.length === 0
      ? []
      : [`Watched meanwhile, heaps that did not grow: ${calm.map(({ member }) => member.label).join(', ')}.`]),
    ...left.map(
      ({ member, gained }) =>
        `Not checked: ${member.label}, whose heap grew by ${sized(gained)} meanwhile: leakscope check ${member.pid}${member.worker === undefined ? '' : ` --worker ${member.worker}`}`,
    ),
  ]
}
