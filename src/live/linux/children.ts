import { type ProcessFacts, processFacts } from './facts.js'
import { pids } from './pids.js'

/** A process and all that came from it, parents before their children. About 0.1 ms per process of the machine. */
export function family(pid: number): ProcessFacts[] {
  const byParent = new Map<number, ProcessFacts[]>()
  for (const facts of everyProcess()) {
    const siblings = byParent.get(facts.parent)
    if (siblings === undefined) byParent.set(facts.parent, [facts])
    else siblings.push(facts)
  }
  const first = processFacts(pid)
  const members = first === undefined ? [] : [first]
  for (const member of members) members.push(...(byParent.get(member.pid) ?? []))
  return members
}

/** Facts of all processes that this user may see. */
export function everyProcess(): ProcessFacts[] {
  return pids().flatMap(pid => processFacts(pid) ?? [])
}
