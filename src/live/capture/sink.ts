/** The destination of a snapshot during the capture: a file, or a reader. */
export interface SnapshotSink {
  readonly bytes: number
  /**
   * Takes a part; its buffer may be reused after the call. Writers that can should await the promise, so that data
   * waits at its source. Errors: OUTPUT.
   */
  write(part: Uint8Array): void | Promise<void>
  /**
   * Takes over a complete file of our user that another process wrote beside the snapshot; it is moved. Errors: OUTPUT.
   */
  adopt(path: string): Promise<void>
  /** Checks that the snapshot is complete and finishes it. Errors: CAPTURE, OUTPUT. */
  finish(): void
  /** Discards what was written. */
  discard(): void
}
