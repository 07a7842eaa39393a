export { type CheckResult, check } from './check.js'
export { exitCode } from './exit-code.js'
export type { CheckOptions } from './rounds.js'
export type { Allocation, CheckTarget, MemoryReading, RoundMemory } from './target.js'
