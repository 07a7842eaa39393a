import { LeakscopeError } from '../../errors.js'
import { accept, type Schema } from './schema.js'

export interface SendOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** A command whose answer is used. */
export interface AnswerOptions<T> extends SendOptions {
  /** What the answer has to be. */
  readonly answer: Schema<T>
}

/** Commands to the other end of a connection, none of which can wait for ever. */
export interface Commands {
  /**
   * Sends a command and gives its answer, where one is wanted. Errors: TIMEOUT, what `lost` says when the connection ends, the signal's
   * reason, ATTACH when the answer is not what it has to be, Refused (ATTACH) when the target refuses the command.
   */
  send<T>(method: string, params: object | undefined, options: AnswerOptions<T>): Promise<T>
  send(method: string, params?: object, options?: SendOptions): Promise<unknown>
  /** Ends every command that waits, and those to come, with what `lost` says. */
  end(): void
}

export interface CommandOptions {
  /** What is asked, for messages: `process 4121`. */
  readonly name: string
  readonly commandTimeoutMs: number
  /** Says why a connection ended that we did not end. */
  readonly lost: () => LeakscopeError
  /**
   * Ends the waiting for every command that names no other signal. The command is sent all the same: it may undo something, and is not
   * waited for.
   */
  readonly interrupt?: AbortSignal
}

/** Gives a time to each command that `ask` sends. What the protocol refuses carries a `response`; all else that rejects is the end. */
export function commands(
  ask: (method: string, params: object) => Promise<unknown>,
  { name, commandTimeoutMs, lost, interrupt }: CommandOptions,
): Commands {
  const waiting = new Set<(error: unknown) => void>()
  let open = true
  return {
    send<T>(
      method: string,
      params: object = {},
      { timeoutMs = commandTimeoutMs, signal, answer }: SendOptions & { answer?: Schema<T> } = {},
    ) {
      return new Promise<T>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        if (!open) return reject(lost())
        const over = signal ?? interrupt

        // Settled by hand instead of by Promise.race, which would keep one reaction per command on every promise that outlives it.
        const settle = <V>(finish: (value: V) => void, value: V): void => {
          clearTimeout(timer)
          over?.removeEventListener('abort', abort)
          waiting.delete(fail)
          finish(value)
        }
        const fail = (error: unknown): void => settle(reject, error)
        const abort = (): void => fail(over?.reason)
        const timer =
          timeoutMs === Number.POSITIVE_INFINITY
            ? undefined
            : setTimeout(() => fail(unanswered(name, method, timeoutMs)), timeoutMs)
        over?.addEventListener('abort', abort, { once: true })
        waiting.add(fail)
        ask(method, params).then(
          value => {
            try {
              settle(resolve, answer === undefined ? (undefined as T) : accept(answer, value, `${method} of ${name}`))
            } catch (error) {
              fail(error)
            }
          },
          error => fail(isRefusal(error) ? new Refused(name, method, error) : lost()),
        )
        if (over?.aborted) abort()
      })
    },

    end() {
      open = false
      for (const reject of waiting) reject(lost())
      waiting.clear()
    },
  }
}

/** That the other end refused a command, with the protocol's words. */
export class Refused extends LeakscopeError {
  readonly response: unknown

  constructor(name: string, method: string, error: Error & { readonly response: unknown }) {
    super('ATTACH', `${name} refused ${method}: ${error.message}`, { hint: REFUSED_HINT, cause: error })
    this.response = error.response
  }
}

const REFUSED_HINT = 'Attach to Node.js 18 or newer; this is not, or something in it has replaced its inspector.'

const isRefusal = (error: unknown): error is Error & { readonly response: unknown } =>
  error instanceof Error && 'response' in error

/** That no answer came in time. */
export function unanswered(name: string, what: string, timeoutMs: number): LeakscopeError {
  return new LeakscopeError('TIMEOUT', `${name} did not answer ${what} within ${timeoutMs / 1000} s`, {
    hint: 'Try again later: a process that is blocked in native code answers when that call returns.',
  })
}
