import { readFileSync, readlinkSync } from 'node:fs'

/** Names this start of the machine together with our pid namespace: only within both does a pid with its start name a process. */
export function bootName(): string {
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
}
