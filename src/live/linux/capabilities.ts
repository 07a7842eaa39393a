import { read } from './read.js'

/** Bits of a process' capabilities, as `linux/capability.h` numbers them. */
const CAP_SYS_PTRACE = 19
export const CAP_SYS_ADMIN = 21
export const CAP_SYS_RESOURCE = 24

/** Whether a process has any of these capabilities at the moment; not where it cannot be seen. */
export function isCapable(pid: number | 'self', ...capabilities: readonly number[]): boolean {
  const mask = /^CapEff:\s*([\da-f]+)$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1] ?? '0'
  return capabilities.some(bit => (BigInt(`0x${mask}`) & (1n << BigInt(bit))) !== 0n)
}

/** Whether leakscope may look into processes that are not its own. */
export const mayTrace = (): boolean => isCapable('self', CAP_SYS_PTRACE)
