import { LeakscopeError } from '../errors.js'

/** The bytes of a heap read from memory are invalid at a position. */
export const damaged = (position: number, reason: string): LeakscopeError =>
  new LeakscopeError('BAD_SNAPSHOT', `invalid heap dump at byte ${position}: ${reason}`, {
    hint: 'Capture the heap again; if the file was copied, compare its size with the original.',
  })

/** The bytes of a heap read from memory end before they should. */
export const cutOff = (position: number, part: string): LeakscopeError =>
  new LeakscopeError('BAD_SNAPSHOT', `the heap dump is cut off at byte ${position}: ${part} is missing`, {
    hint: 'Capture the heap again, and let the capture finish.',
  })
