import type { Leaks } from './leaks.js'
import type { Suspect } from './suspects/suspect.js'

/**
 * Whether something leaks; `inconclusive` if the heaps cannot distinguish a leak from a filling cache or from chance.
 */
export type Verdict = 'leaking' | 'not-leaking' | 'inconclusive'

/** The verdict on the result of `leaks`. */
export function verdictOf({ heaps, suspects, levelling, uncertain, unretained }: Leaks): Verdict {
  if (suspects.length > 0) return heaps > 2 ? 'leaking' : 'inconclusive'
  return levelling.length > 0 || uncertain.length > 0 || unretained.length > 0 ? 'inconclusive' : 'not-leaking'
}

/**
 * A note that a suspect's growth may be chance, since ids do not show what stayed, or may only wait for finalizers.
 */
export const perhapsNone = (suspect: Suspect): string =>
  suspect.evidence.waits
    ? `May be gone soon: ${suspect.headline}. ${whatCanTell(suspect)}`
    : `May be chance: ${suspect.headline}. ${whatCanTell(suspect)}`

/** The same as a reason. */
export const whyPerhapsNone = (suspect: Suspect): string =>
  `${suspect.headline}: this may ${suspect.evidence.waits ? 'only wait for finalizers' : 'be chance'}. ${whatCanTell(suspect)}`

/** What to do to distinguish a leak from chance: a leak continues, while objects that come and go decrease again. */
function whatCanTell({ evidence: { by, heaps, waits }, leaked }: Suspect): string {
  if (waits)
    return 'What is left of objects that are gone stays until the FinalizationRegistry of each was called, after a collection of garbage: with more than eight rounds (--rounds 10) the process itself collects before each heap.'
  const command = `--rounds ${2 * heaps}`
  return by === 'path' && leaked.count > 0
    ? `--capture inspector follows each object and decides; so do more rounds (${command}).`
    : `More rounds decide (${command}).`
}
