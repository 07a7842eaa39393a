import type { Tool } from '../tool.js'
import { capture } from './capture.js'
import { check } from './check.js'
import { compare } from './compare.js'
import { doctor } from './doctor.js'
import { leaks } from './leaks.js'
import { listProcesses } from './list-processes.js'
import { memory } from './memory.js'
import { path } from './path.js'
import { query } from './query.js'
import { report } from './report.js'
import { types } from './types.js'

/** The tools, in the order in which an agent is likely to call them. */
export const tools: readonly Tool[] = [
  listProcesses,
  doctor,
  memory,
  check,
  capture,
  leaks,
  types,
  path,
  query,
  compare,
  report,
]
