import { LeakscopeError } from '../../errors.js'
import { accept, type Schema } from './schema.js'

export interface SendOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** A command whose answer is used. */
export interface AnswerOptions<T> extends SendOptions {
  /** The schema of the answer. */
  readonly answer: Schema<T>
}

/** Commands to the peer of a connection; each has a timeout. */
export interface Commands {
  /**
   * Sends a command; with `answer`, returns its answer. Errors: TIMEOUT, the error of `lost` when the connection ends,
   * the signal's reason, ATTACH when the answer does not match its schema, Refused (ATTACH) when the target refuses the
   * command.
   */
  send<T>(method: string, params: object | undefined, options: AnswerOptions<T>): Promise<T>
  send(method: string, params?: object, options?: SendOptions): Promise<unknown>
  /** Rejects all pending and future commands with the error of `lost`. */
  end(): void
}

export interface CommandOptions {
  /** The target's name for messages: `process 4121`. */
  readonly name: string
  readonly commandTimeoutMs: number
  /** Why the connection ended without us closing it. */
  readonly lost: () => LeakscopeError
  /**
   * Aborts the wait for every command without a signal of its own. The command is still sent, since it may undo
   * something, but its answer is not awaited.
   */
  readonly interrupt?: AbortSignal
}

/**
 * Adds a timeout to each command that `ask` sends. An error of the protocol carries a `response`; any other rejection
 * means that the connection ended.
 */
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

        // Settled by hand: Promise.race would leave one reaction per command on every promise that outlives it.
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

/** The peer refused a command; has the protocol's message. */
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

/** The error for an answer that did not come in time. */
export function unanswered(name: string, what: string, timeoutMs: number): LeakscopeError {
  return new LeakscopeError('TIMEOUT', `${name} did not answer ${what} within ${timeoutMs / 1000} s`, {
    hint: 'Try again later: a process that is blocked in native code answers when that call returns.',
  })
}
