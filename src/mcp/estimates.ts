import { LeakscopeError } from '../errors.js'
import type { Diagnosis } from '../live/doctor/diagnose.js'
import { processFacts } from '../live/linux/facts.js'

/** The processes for which an agent has seen a cost estimate. */
export interface Estimates {
  note(pid: number, diagnosis: Diagnosis): void
  /**
   * Allows a capture if the user consented after an estimate. Errors: USAGE without consent or without an estimate from
   * the last ten minutes, CAPTURE if the estimate refused it.
   */
  require(pid: number, consent: boolean): void
}

const HOLDS_FOR = 10 * 60_000

/** Remembers estimates by process, not only by pid, since pids are reused. */
export function estimates(now: () => number = Date.now): Estimates {
  const known = new Map<string, { readonly at: number; readonly verdict: Diagnosis['verdict'] }>()
  return {
    note(pid, { verdict }) {
      known.set(keyOf(pid), { at: now(), verdict })
    },
    require(pid, consent) {
      const estimate = known.get(keyOf(pid))
      if (estimate === undefined || now() - estimate.at > HOLDS_FOR) {
        throw new LeakscopeError('USAGE', `what capturing process ${pid} would cost has not been estimated yet`, {
          hint: `Call doctor for process ${pid} first, and show its estimate to whoever decides.`,
        })
      }
      if (!consent) {
        throw new LeakscopeError('USAGE', `process ${pid} is captured only with consent`, {
          hint: 'Show the estimate of doctor to whoever is responsible for the process, then call again with consent: true.',
        })
      }
      if (estimate.verdict === 'refused') {
        throw new LeakscopeError('CAPTURE', `doctor refused to capture process ${pid}`, {
          hint: 'A person can override this on the command line, with --force.',
        })
      }
    },
  }
}

const keyOf = (pid: number): string => `${pid} ${processFacts(pid)?.startTicks ?? ''}`
