import type { Suspect } from '../growth/suspects/suspect.js'
import { sized } from '../units.js'
import type { Growing } from './memory-trends.js'

/**
 * A suspect for growing memory that no object in the heap was found to retain, so that a leaking verdict always has a
 * suspect.
 */
export function nativeSuspect(
  { what, perRound, gained, chance }: Growing,
  rank: number,
  part: string | undefined,
): Suspect {
  const name = what === 'native' ? 'native memory outside V8' : 'memory external to V8'
  const type = what === 'native' ? '(native memory)' : '(external memory)'
  return {
    rank,
    fingerprint: what === 'native' ? 'native' : 'external',
    headline: `${name[0]!.toUpperCase()}${name.slice(1)} grows by ${sized(perRound)} per round${rank === 1 ? ', and no object in the heap was found to retain it' : ', more than the objects found account for: they may be its handles'}${part === undefined ? '' : `; ${part}`}`,
    holder: { id: null, type: '(native)', name, location: null },
    leaked: { type, count: 0, bytes: gained, countPerRound: 0, bytesPerRound: perRound },
    path: [],
    kind: 'native',
    evidence: {
      by: 'memory',
      heaps: 0,
      born: [],
      bornBytes: [],
      kept: [],
      levelling: false,
      chance,
      hint: 'Look at native addons, at resources that are opened and not closed (sockets, TLS contexts, zlib streams, workers), and at messages to a worker thread that is too busy to read them; an allocator profiler (jemalloc, heaptrack) shows the C++ side.',
    },
  }
}
