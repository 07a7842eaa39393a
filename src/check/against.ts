import { LeakscopeError } from '../errors.js'
import type { Suspect } from '../growth/suspects/suspect.js'
import type { Verdict } from '../growth/verdict.js'
import { counted, sized } from '../units.js'
import { isRecord, numberOr, readJson } from './json-file.js'
import type { CheckPlan, WorkDone } from './plan.js'

/** An earlier check, from its JSON. */
export interface EarlierCheck {
  readonly plan: Partial<CheckPlan>
  readonly work: Partial<WorkDone>
  readonly rounds: number
  readonly suspects: readonly EarlierSuspect[]
}

type EarlierSuspect = Pick<Suspect, 'fingerprint' | 'headline' | 'kind'> & {
  readonly leaked: Pick<Suspect['leaked'], 'type' | 'countPerRound' | 'bytesPerRound'>
}

/** The outcome for a leak. */
export type FixOutcome = 'fixed' | 'not-fixed' | 'cannot-tell'

export interface FixedLeak {
  readonly fingerprint: string
  /** The headline of the earlier check. */
  readonly headline: string
  readonly outcome: FixOutcome
  /** One sentence. */
  readonly because: string
}

/**
 * Reads the JSON of an earlier check (`-o before.json`). Errors: NOT_FOUND; USAGE if it is not one, or found no leak.
 */
export function readEarlierCheck(path: string): EarlierCheck {
  const hint = 'Pass the JSON of a check that found the leak to --against: leakscope check … -o before.json.'
  const file = readJson(path, hint)
  if (!isRecord(file) || file.command !== 'check' || !Array.isArray(file.suspects) || !file.suspects.every(isSuspect)) {
    throw new LeakscopeError('USAGE', `${path} is not the JSON of a leak check`, { hint })
  }
  if (file.suspects.length === 0) {
    throw new LeakscopeError('USAGE', `${path} contains no leak to compare with`, { hint })
  }
  const memory = Array.isArray(file.memory) ? file.memory : []
  return {
    plan: planIn(file.plan),
    work: workIn(file.work),
    rounds: memory.length,
    suspects: file.suspects,
  }
}

function planIn(plan: unknown): Partial<CheckPlan> {
  if (!isRecord(plan)) return {}
  const numbers = (['rounds', 'warmUp', 'every', 'requests'] as const).flatMap(key => {
    const value = numberOr(plan[key])
    return value === null || value < 0 ? [] : [[key, value] as const]
  })
  const texts = (['load', 'url'] as const).flatMap(key =>
    typeof plan[key] === 'string' ? [[key, plan[key]] as const] : [],
  )
  return Object.fromEntries([...numbers, ...texts])
}

function workIn(work: unknown): Partial<WorkDone> {
  return isRecord(work) ? { cpuSeconds: numberOr(work.cpuSeconds), requests: numberOr(work.requests) } : {}
}

function isSuspect(suspect: unknown): suspect is EarlierSuspect {
  return (
    isRecord(suspect) &&
    typeof suspect.fingerprint === 'string' &&
    typeof suspect.headline === 'string' &&
    isRecord(suspect.leaked) &&
    numberOr(suspect.leaked.countPerRound) !== null &&
    numberOr(suspect.leaked.bytesPerRound) !== null
  )
}

/** A check to compare with an earlier one. */
export interface CheckNow {
  readonly verdict: Verdict
  readonly reasons: readonly string[]
  readonly suspects: readonly Suspect[]
  /** Growth that levels off or may be chance. */
  readonly doubtful: readonly Suspect[]
  readonly rounds: number
  readonly work: WorkDone
}

/** With less than this share of the earlier work, a leak may only be invisible for lack of work. */
const enoughWork = 0.5

/**
 * The outcome for each leak of an earlier check. A leak is fixed only if the check was conclusive, the program did as
 * much work as before, and nothing similar grows under another name.
 */
export function compareWith(before: EarlierCheck, now: CheckNow): FixedLeak[] {
  return before.suspects.map(leak => {
    const { fingerprint, headline } = leak
    const [outcome, because] = outcomeOf(leak, before, now)
    return { fingerprint, headline, outcome, because }
  })
}

/** The overall outcome: not fixed if one leak is not, fixed if all are. */
export function overall(leaks: readonly FixedLeak[]): FixOutcome {
  if (leaks.some(({ outcome }) => outcome === 'not-fixed')) return 'not-fixed'
  return leaks.some(({ outcome }) => outcome === 'cannot-tell') ? 'cannot-tell' : 'fixed'
}

function outcomeOf(leak: EarlierSuspect, before: EarlierCheck, now: CheckNow): [FixOutcome, string] {
  const same = (suspect: Suspect): boolean => suspect.fingerprint === leak.fingerprint
  const still = now.suspects.find(same)
  if (still !== undefined) {
    return ['not-fixed', `It gains ${rate(still.leaked)} per round; before it was ${rate(leak.leaked)}.`]
  }
  if (now.doubtful.some(same)) {
    return ['cannot-tell', 'It still grows, but it may level off, or the growth may be chance: more rounds can tell.']
  }
  if (now.verdict === 'inconclusive')
    return ['cannot-tell', `This check is inconclusive: ${now.reasons[0] ?? 'too little was seen.'}`]
  if (now.rounds < before.rounds) {
    return ['cannot-tell', `This check had ${now.rounds} rounds, the earlier one ${before.rounds}: use as many.`]
  }
  const less = lessWork(before.work, now.work)
  if (less !== undefined) return ['cannot-tell', less]
  const alike = now.suspects.find(({ kind, leaked }) => kind === leak.kind && leaked.type === leak.leaked.type)
  if (alike !== undefined) {
    return ['cannot-tell', `Something similar grows under another name (${alike.fingerprint}): ${alike.headline}.`]
  }
  return [
    'fixed',
    `It gained ${rate(leak.leaked)} per round, and gains nothing now, over ${now.rounds} rounds of as much work.`,
  ]
}

function lessWork(before: Partial<WorkDone>, now: WorkDone): string | undefined {
  if (before.requests != null && now.requests !== null) {
    return now.requests >= enoughWork * before.requests
      ? undefined
      : `${counted(now.requests)} requests were answered, compared with ${counted(before.requests)} before: repeat the check with the same work.`
  }
  if (before.cpuSeconds == null || now.cpuSeconds === null || now.cpuSeconds >= enoughWork * before.cpuSeconds)
    return undefined
  return `The process used ${now.cpuSeconds.toFixed(1)} s of processor time, compared with ${before.cpuSeconds.toFixed(1)} s before: repeat the check with the same work.`
}

const rate = ({ countPerRound, bytesPerRound, type }: EarlierSuspect['leaked']): string =>
  countPerRound > 0 ? `${counted(Math.round(countPerRound))} ${type} (${sized(bytesPerRound)})` : sized(bytesPerRound)
