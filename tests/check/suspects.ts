import type { Suspect } from '../../src/growth/suspects/suspect.js'

/** A suspect as found by a check. */
export function suspect(
  fingerprint: string,
  { type = 'Session', bytesPerRound = 1000 }: { type?: string; bytesPerRound?: number } = {},
): Suspect {
  return {
    rank: 1,
    fingerprint,
    headline: `Map sessions in server/store.js gains 10 ${type} per round`,
    holder: { id: 1, type: 'Map', name: 'sessions', location: null },
    leaked: { type, count: 40, bytes: 4 * bytesPerRound, countPerRound: 10, bytesPerRound },
    path: [],
    kind: 'map',
    evidence: { by: 'path', heaps: 5, born: [], bornBytes: [], kept: [], levelling: false, hint: 'Delete entries.' },
  }
}
