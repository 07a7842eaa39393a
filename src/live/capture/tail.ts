import { LeakscopeError } from '../../errors.js'

/** The last bytes of a streamed snapshot: a complete one ends with `]}`. */
export function snapshotTail(): { add(part: Uint8Array): void; check(bytes: number): void } {
  let tail = ''
  return {
    add(part) {
      tail = (tail + Buffer.from(part.subarray(-KEPT)).toString('latin1')).slice(-KEPT)
    },
    /** Errors: CAPTURE. */
    check(bytes) {
      if (/\]\s*\}\s*$/.test(tail)) return
      throw new LeakscopeError('CAPTURE', `the snapshot broke off after ${bytes} bytes`, { hint: 'Try again.' })
    },
  }
}

const KEPT = 8
