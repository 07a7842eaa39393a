/** Where a snapshot goes while it is captured: to a file, or straight to a reader. */
export interface SnapshotSink {
  readonly bytes: number
  /**
   * Takes a part; its bytes may be used again once this is over. Who can wait for a promise waits: what is written meanwhile stays
   * with the writer. Errors: OUTPUT.
   */
  write(part: Uint8Array): void | Promise<void>
  /** Takes a file of our user's that another process wrote whole beside the snapshot; it is gone from its place afterwards. Errors: OUTPUT. */
  adopt(path: string): Promise<void>
  /** Checks that the end is there and makes the snapshot what it is to be. Errors: CAPTURE, OUTPUT. */
  finish(): void
  /** Forgets what was written. */
  discard(): void
}
