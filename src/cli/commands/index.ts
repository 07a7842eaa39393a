import type { Command } from 'commander'
import type { Io, Outcome } from '../io.js'
import { allocationsCommand } from './allocations.js'
import { armCommand } from './arm.js'
import { attachCommand } from './attach.js'
import { disarmCommand } from './disarm.js'
import { doctorCommand } from './doctor.js'
import { mcpCommand } from './mcp.js'
import { memoryCommand } from './memory.js'
import { psCommand } from './ps.js'
import { redactCommand } from './redact.js'
import { reportCommand } from './report.js'
import { snapshotCommand } from './snapshot.js'

/** The commands about a live process, in the order of the help. */
export const liveCommands = (io: Io, started: readonly string[] | undefined, outcome: Outcome): Command[] => [
  attachCommand(io, started, outcome),
  psCommand(io),
  doctorCommand(io, started, outcome),
  memoryCommand(io, started),
  snapshotCommand(io, started),
  allocationsCommand(io, started),
  reportCommand(io, started),
  redactCommand(io),
  armCommand(io, started),
  disarmCommand(io, started),
  mcpCommand(io),
]

export { checkCommand } from './check.js'
export { cleanCommand } from './clean.js'
export { completionCommand } from './completion.js'
export { configCommand } from './config.js'
export { historyCommand } from './history.js'
