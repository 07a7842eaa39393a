import { readdirSync } from 'node:fs'

/** Pids of all processes of this machine (of this container, in one) that may be seen, in order. */
export function pids(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
}
