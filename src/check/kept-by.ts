import type { Suspect } from '../growth/suspects/suspect.js'
import { type AllocationSite, mostNamed, sitesOf } from './allocated-at.js'

/** What of memory that one place allocated is retained, as far as growth shows it. */
export interface Kept {
  readonly site: AllocationSite
  /** What grew meanwhile and was allocated there, most bytes first; empty where nothing that grew is known to be. */
  readonly by: readonly Suspect[]
}

/**
 * Joins places that allocated what is alive with what retains more than before: a suspect belongs to the places whose stacks pass through
 * the code on its retaining path. V8 does not say which object a sample was, so this is evidence by place, not by object.
 */
export function keptBy(sites: readonly AllocationSite[], suspects: readonly Suspect[]): Kept[] {
  const mostFirst = [...suspects].sort((a, b) => b.leaked.bytes - a.leaked.bytes)
  const joined = mostFirst.map(suspect => ({
    suspect,
    own: new Set(sitesOf(suspect, sites).slice(0, mostNamed)),
  }))
  return sites.map(site => {
    const by = joined.filter(({ own }) => own.has(site)).map(({ suspect }) => suspect)
    const most = by[0]?.leaked.bytes ?? 0
    return { site, by: by.filter(({ leaked }) => leaked.bytes >= LEAST * most) }
  })
}

/** What gained less than this part of what gained most says nothing beside it. */
const LEAST = 0.1
