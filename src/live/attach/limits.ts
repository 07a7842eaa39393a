/** How long attaching may take, and who may call it off. */
export interface Limits {
  /** For opening the inspector, and for each connection. */
  readonly timeoutMs: number
  /** For each command that names no other. */
  readonly commandTimeoutMs: number
  readonly signal: AbortSignal
  /** Whether no process may be sent a signal: then only an inspector that is open already is attached to. */
  readonly noSignal?: boolean
}
