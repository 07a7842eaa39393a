import { read } from './read.js'

/** Capability bits, numbered as in `linux/capability.h`. */
const CAP_SYS_PTRACE = 19
export const CAP_SYS_ADMIN = 21
export const CAP_SYS_RESOURCE = 24

/** Whether a process has any of these capabilities in effect; `false` if that cannot be read. */
export function isCapable(pid: number | 'self', ...capabilities: readonly number[]): boolean {
  const mask = /^CapEff:\s*([\da-f]+)$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1] ?? '0'
  return capabilities.some(bit => (BigInt(`0x${mask}`) & (1n << BigInt(bit))) !== 0n)
}

/** Whether leakscope may inspect processes of other users. */
export const mayTrace = (): boolean => isCapable('self', CAP_SYS_PTRACE)
