import { LeakscopeError } from '../../errors.js'
import { injectedCall } from '../injected.js'
import type { Connection } from '../protocol/connection.js'
import { evaluation } from '../protocol/remote-object.js'
import {
  accept,
  cutText,
  either,
  integer,
  nothing,
  otherwise,
  type Schema,
  textLike,
  tuple,
} from '../protocol/schema.js'
import { tooOld } from './obstacles.js'
import { markSchema } from './ownership.js'

/** How a process describes itself. */
export interface Introduction {
  /** Its own pid, which may be different inside a container. */
  readonly pid: number
  readonly nodeVersion: string
  readonly title: string
  /** The names of the leakscopes that use its inspector, if one of them opened it. */
  readonly mark: string | null
}

/** Asks the connected process who it is. Errors: ATTACH if it is not (yet) usable, TIMEOUT. */
export async function introduce(connection: Connection, name: string): Promise<Introduction> {
  const { result } = await connection.send(
    'Runtime.evaluate',
    { expression: injectedCall('introduce', 'introduce'), returnByValue: true },
    { answer: evaluation },
  )
  if (result.value === 'no process') {
    throw new LeakscopeError('ATTACH', `${name} is not Node.js, or its program has taken \`process\` away`, {
      hint: 'Attach to a Node.js process whose global `process` is what Node.js made it.',
    })
  }
  const [pid, nodeVersion, title, mark] = accept(schema, result.value, `who ${name} is`)
  // Before a program starts with --inspect-brk or --inspect-wait, `process` exists but has no pid.
  if (pid === null) {
    throw new LeakscopeError('ATTACH', `${name} waits for a debugger and has not started yet`, {
      hint: 'Let a debugger continue it, or start it with --inspect instead of --inspect-brk or --inspect-wait.',
    })
  }
  const old = tooOld(name, nodeVersion)
  if (old !== undefined) throw old
  return { pid, nodeVersion, title, mark }
}

const schema: Schema<[number | null, string, string, string | null]> = tuple(
  either(integer(1, 4_194_304), nothing),
  textLike(/^v\d{1,4}\.\d{1,6}\.\d{1,6}[-+.\w]*$/, 64),
  // A program may have changed its arguments; the title is only displayed.
  otherwise(cutText(4096), ''),
  markSchema,
)
