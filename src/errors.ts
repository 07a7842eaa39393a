/** What went wrong, for programs to test. People read the message and the hint. */
export type ErrorCode =
  | 'USAGE' // wrong arguments or options
  | 'NO_TARGET' // nothing to attach to, or several and no terminal to ask which
  | 'ATTACH' // the target exists but cannot be attached to
  | 'TARGET_GONE' // the target or its inspector ended while we used it
  | 'TIMEOUT' // the target did not answer in time
  | 'CAPTURE' // the heap could not be captured
  | 'BAD_SNAPSHOT' // not a heap snapshot, or a broken one
  | 'NOT_FOUND' // no such type, object or file
  | 'UNSUPPORTED' // not available on this platform or in this environment
  | 'OUTPUT' // the answer could not be written or drawn

/**
 * An error that the user can act on. The message says what is wrong with which thing; the hint is one imperative
 * sentence. Any other error that reaches the command line is a bug in leakscope and is shown with its stack.
 */
export class LeakscopeError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  /** Lines printed between message and hint that show the position: an expression and a caret below it. */
  readonly lines: readonly string[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string | undefined; lines?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LeakscopeError'
    this.code = code
    this.hint = options.hint
    this.lines = options.lines ?? []
  }
}
