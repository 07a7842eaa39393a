import { LeakscopeError } from '../../errors.js'
import type { Connection } from '../protocol/connection.js'
import { tooOld } from './obstacles.js'
import { READ_MARK } from './ownership.js'

/** What a process says of itself. */
export interface Introduction {
  /** As it sees it: another number inside a container. */
  readonly pid: number
  readonly nodeVersion: string
  readonly title: string
  /** Names the leakscopes that use its inspector, if one of them opened it. */
  readonly mark: string | undefined
}

/** Asks the process at the other end who it is. Errors: ATTACH when it is not (yet) one we can work with, TIMEOUT. */
export async function introduce(connection: Connection, name: string): Promise<Introduction> {
  const { result } = await connection.send<{ result: { value?: [number?, string?, string?, (string | null)?] } }>(
    'Runtime.evaluate',
    {
      expression: `typeof process === 'object' ? [process.pid, process.version, process.argv?.[1] ?? process.title, ${READ_MARK}] : []`,
      returnByValue: true,
    },
  )
  const [pid, nodeVersion, title, mark] = result.value ?? []
  if (nodeVersion === undefined) {
    throw new LeakscopeError('ATTACH', `${name} is not Node.js`, { hint: 'Attach to a Node.js process.' })
  }
  // Before --inspect-brk and --inspect-wait let a program start, `process` is there and has no pid yet.
  if (typeof pid !== 'number') {
    throw new LeakscopeError('ATTACH', `${name} waits for a debugger and has not started yet`, {
      hint: 'Let a debugger continue it, or start it with --inspect instead of --inspect-brk or --inspect-wait.',
    })
  }
  const old = tooOld(name, nodeVersion)
  if (old !== undefined) throw old
  return { pid, nodeVersion, title: title ?? '', mark: mark ?? undefined }
}
