/** What went wrong, for programs; the message and hint say it to people. */
export type ErrorCode =
  | 'USAGE' // the call's words are off
  | 'NO_TARGET' // nothing to attach to, or several and no way to ask which
  | 'ATTACH' // the target is there and cannot be attached to
  | 'TARGET_GONE' // the target ended, or its inspector did, while we used it
  | 'TIMEOUT' // the target did not answer in time
  | 'CAPTURE' // the heap could not be captured
  | 'BAD_SNAPSHOT' // not a heap snapshot, or a broken one
  | 'NOT_FOUND' // no such type, object or file
  | 'UNSUPPORTED' // not to be had on this platform or in this environment
  | 'OUTPUT' // the answer could not be written or drawn

/**
 * Something the user can act on. The message says what is so and names the thing; the hint is one imperative sentence.
 * Any other error that reaches the command line is a bug in leakscope and is shown with its stack.
 */
export class LeakscopeError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  /** Lines that show the place, between message and hint: an expression and a caret below it. */
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
