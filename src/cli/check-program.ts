import type { CheckResult } from '../check/index.js'
import type { CheckPlan } from '../check/plan.js'
import { suspectSections } from '../growth/suspects/sections.js'
import type { Suspect } from '../growth/suspects/suspect.js'
import type { TargetSpec } from '../live/spec.js'
import { sized } from '../units.js'
import { type CheckContext, type CheckRun, forget, runCheck } from './check-run.js'
import { between, grown, type Member, processHeaps, threadHeaps, type Watched } from './members.js'
import { withTarget } from './targets.js'

/** The maximum number of further processes and threads that are checked. */
const maxChecked = 3

/** The result for one process or worker thread of a program. */
export interface MemberFacts {
  readonly pid: number
  readonly worker: number | null
  readonly label: string
  /** `null`: its heap did not grow enough to be checked, or there were too many. */
  readonly verdict: CheckResult['verdict'] | null
  readonly reasons: readonly string[]
  /** Fingerprints of its suspects; the suspects themselves are in the list of the whole program. */
  readonly suspects: readonly string[]
  readonly memory: CheckResult['memory']
  /** Bytes by which its heap grew while others were checked; `null` for the process that was named. */
  readonly gained: number | null
}

/** A check of a program; `members` if it has more than one process or thread. */
export interface ProgramRun extends CheckRun {
  readonly members?: readonly MemberFacts[]
}

/**
 * Checks a process, and meanwhile watches the rest of its program: the workers of its cluster, its worker threads, the
 * processes it started. Those whose heaps grew are checked, too. Returns the run of the worst, with the suspects of
 * all, without duplicates.
 */
export async function checkProgram(spec: TargetSpec, plan: CheckPlan, context: CheckContext): Promise<ProgramRun> {
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
  const all: Checked[] = [{ run: named }]
  let watched: readonly Watched[]
  let suspicious: readonly Watched[]
  try {
    const after = await heaps()
    watched = [...between(before.processes, after.processes), ...between(before.threads, after.threads)]
    suspicious = grown(watched)
    for (const { member } of suspicious.slice(0, maxChecked)) {
      task.progress(`checking ${member.label}, whose heap grew`)
      const more = member.worker === undefined ? options : { ...options, worker: member.worker }
      all.push({ run: await runCheck({ kind: 'pid', pid: member.pid }, plan, { ...context, options: more }), member })
    }
  } catch (error) {
    forget(all.flatMap(({ run }) => run.snapshots))
    throw error
  }
  const [worst, ...others] = all.sort((a, b) => rank(a.run) - rank(b.run)) as [Checked, ...Checked[]]
  forget(others.flatMap(({ run }) => run.snapshots))
  return {
    ...worst.run,
    result: ofAll(worst, others),
    members: membersOf(pid, all, watched),
    notes: [
      ...others.map(one => `Also checked, ${one.member?.label ?? `process ${pid}`}: ${one.run.result.report.headline}`),
      ...notesOf(watched, suspicious),
      ...worst.run.notes.filter(note => !note.startsWith('Not looked at: ')),
    ],
  }
}

interface Checked {
  readonly run: CheckRun
  /** Absent for the process that was named. */
  readonly member?: Member
}

/** Worst verdict first; among equals, the process that was named. */
const rank = ({ result: { verdict } }: CheckRun): number => ['leaking', 'inconclusive', 'not-leaking'].indexOf(verdict)

/** The worst result with the suspects of all: a known leak in one process must not hide a new one in another. */
function ofAll(worst: Checked, others: readonly Checked[]): CheckResult {
  const { result } = worst.run
  const suspects = [worst, ...others].flatMap(suspectsOf)
  const each = suspects.filter(
    ({ fingerprint }, at) => suspects.findIndex(other => other.fingerprint === fingerprint) === at,
  )
  const ranked = each.map((suspect, at) => ({ ...suspect, rank: at + 1 }))
  const text = result.report.headline ?? result.report.title
  const headline =
    worst.member === undefined
      ? text
      : text.replace(/^(Leaking|Inconclusive|Not leaking): /, `$1, in ${worst.member.label}: `)
  const sections = result.report.sections.slice(
    0,
    result.report.sections.length - suspectSections(result.suspects).length,
  )
  return {
    ...result,
    suspects: ranked,
    doubtful: [worst, ...others].flatMap(({ run }) => run.result.doubtful),
    report: { ...result.report, title: headline, headline, sections: [...sections, ...suspectSections(ranked)] },
  }
}

const suspectsOf = ({ run, member }: Checked): Suspect[] =>
  run.result.suspects.map(suspect =>
    member === undefined ? suspect : { ...suspect, headline: `${suspect.headline}, in ${member.label}` },
  )

function membersOf(pid: number, all: readonly Checked[], watched: readonly Watched[]): MemberFacts[] {
  const checked = ({ run: { result }, member }: Checked): MemberFacts => ({
    pid: member?.pid ?? pid,
    worker: member?.worker ?? null,
    label: member?.label ?? `process ${pid}`,
    verdict: result.verdict,
    reasons: result.reasons,
    suspects: result.suspects.map(({ fingerprint }) => fingerprint),
    memory: result.memory,
    gained: watched.find(one => one.member === member)?.gained ?? null,
  })
  const calm = watched.filter(one => !all.some(({ member }) => member === one.member))
  return [
    ...all.map(checked),
    ...calm.map(({ member, gained }) => ({
      pid: member.pid,
      worker: member.worker ?? null,
      label: member.label,
      verdict: null,
      reasons: [],
      suspects: [],
      memory: [],
      gained,
    })),
  ]
}

function notesOf(watched: readonly Watched[], suspicious: readonly Watched[]): string[] {
  const calm = watched.filter(one => !suspicious.includes(one))
  const left = suspicious.slice(maxChecked)
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
