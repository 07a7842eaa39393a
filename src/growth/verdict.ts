import type { Leaks } from './leaks.js'
import { chanceAlone } from './rise.js'
import type { Suspect } from './suspects/suspect.js'

/** Whether something leaks: `inconclusive` where two heaps cannot distinguish a leak from a cache that fills. */
export type Verdict = 'leaking' | 'not-leaking' | 'inconclusive'

/** What `leaks` found, in one word. */
export function verdictOf({ heaps, suspects, levelling, uncertain, unretained }: Leaks): Verdict {
  if (suspects.length > 0) return heaps > 2 ? 'leaking' : 'inconclusive'
  return levelling.length > 0 || uncertain.length > 0 || unretained.length > 0 ? 'inconclusive' : 'not-leaking'
}

/** Says of what grew that it may not have: without ids, who stayed is not known. */
export const perChance = (suspect: Suspect): string =>
  `${suspect.evidence.finalizing ? 'May be garbage' : 'May be chance'}: ${suspect.headline}. ${whatCanTell(suspect)}`

/** What would distinguish a leak from chance. The more is there already, the more has to come to be none. */
export function whatCanTell({ evidence: { born, alongPath = [], finalizing }, leaked }: Suspect): string {
  if (finalizing)
    return 'A FinalizationRegistry is to let go of it, and V8 has collected no garbage in the process meanwhile: --capture inspector does so in each round and decides.'
  const needed = Math.ceil(chanceAlone(alongPath[0] ?? 0) / Math.max(1, born.length))
  return `--capture inspector follows each object and decides; otherwise it takes ${needed.toLocaleString('en-US')} ${leaked.type} from one heap to the next, as so many are there already.`
}
