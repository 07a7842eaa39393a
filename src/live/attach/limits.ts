/** Time limits of attaching, and the signal to cancel it. */
export interface Limits {
  /** For opening the inspector, and for each connection. */
  readonly timeoutMs: number
  /** Default for each command. */
  readonly commandTimeoutMs: number
  readonly signal: AbortSignal
  /** Whether sending signals is forbidden: then only an inspector that is already open is used. */
  readonly noSignal?: boolean
}
