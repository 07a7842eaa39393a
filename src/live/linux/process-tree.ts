import { readdirSync } from 'node:fs'
import { type ProcessFacts, processFacts } from './facts.js'

/** A process and all its descendants, parents before their children. About 0.1 ms per process of the machine. */
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

/** Pids of all visible processes of this machine (inside a container: of the container), in order. */
export function pids(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
}
