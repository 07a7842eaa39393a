import type { Verdict } from '../growth/verdict.js'

/** The exit code: 0 nothing leaks, 1 something leaks, 3 inconclusive. */
export const exitCode = (verdict: Verdict): 0 | 1 | 3 =>
  (({ 'not-leaking': 0, leaking: 1, inconclusive: 3 }) as const)[verdict]
