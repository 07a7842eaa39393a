import type { Verdict } from '../growth/verdict.js'

/** What the process ends with: 0 nothing leaks, 1 something does, 3 inconclusive. */
export const exitCode = (verdict: Verdict): 0 | 1 | 3 =>
  (({ 'not-leaking': 0, leaking: 1, inconclusive: 3 }) as const)[verdict]
