import type { Suspect } from '../growth/suspects/suspect.js'
import { type AllocationSite, maxNamed, sitesOf } from './allocated-at.js'

/** The retained memory of one allocation site, as far as growth shows it. */
export interface Kept {
  readonly site: AllocationSite
  /** The suspects allocated there, most bytes first; empty if none is known. */
  readonly by: readonly Suspect[]
}

/**
 * Joins the sites that allocated live memory with the suspects: a suspect belongs to the sites whose stacks pass
 * through the code on its retaining path. V8 does not say which object a sample is, so this is evidence by location,
 * not by object.
 */
export function keptBy(sites: readonly AllocationSite[], suspects: readonly Suspect[]): Kept[] {
  const mostFirst = [...suspects].sort((a, b) => b.leaked.bytes - a.leaked.bytes)
  const joined = mostFirst.map(suspect => ({
    suspect,
    own: new Set(sitesOf(suspect, sites).slice(0, maxNamed)),
  }))
  return sites.map(site => {
    const by = joined.filter(({ own }) => own.has(site)).map(({ suspect }) => suspect)
    const most = by[0]?.leaked.bytes ?? 0
    return { site, by: by.filter(({ leaked }) => leaked.bytes >= LEAST * most) }
  })
}

/** Suspects that gained less than this share of the largest are left out. */
const LEAST = 0.1
