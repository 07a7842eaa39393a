import type { Suspect } from '../growth/suspects/suspect.js'
import { plain } from '../render/plain-text.js'
import { pathLines } from '../render/text-path.js'
import type { PathStep } from '../report/report.js'
import type { FoundLeaks } from './find-leaks.js'

/**
 * The message of a failed test: the sentence of each suspect, advice, and the retaining path with source locations.
 */
export function leakMessage({ suspects, rounds, calls, warmup }: FoundLeaks): string {
  const shown = suspects.slice(0, MOST_SHOWN)
  const more = suspects.length - shown.length
  return [
    `expected function not to leak, but ${plain(shown[0]!.headline)}`,
    ...shown.flatMap((suspect, at) => [...(at === 0 ? [] : ['', plain(suspect.headline)]), ...aboutSuspect(suspect)]),
    ...(more > 0 ? ['', `and ${more} more`] : []),
    '',
    `A round is ${calls} ${calls === 1 ? 'call' : 'calls'}; ${rounds} rounds were compared, after ${warmup + calls} calls to warm up.`,
  ].join('\n')
}

/** A retaining path, indented, one step a line. */
export const pathText = (steps: readonly PathStep[]): string[] =>
  pathLines({ shape: 'path', title: '', steps }, 160).map(line => `  ${line}`)

const MOST_SHOWN = 3

const aboutSuspect = ({ evidence, path }: Suspect): string[] => [plain(evidence.hint), '', ...pathText(path)]
