import { LeakscopeError } from '../errors.js'

/** The bytes of a heap read from memory say something that cannot be. */
export const damaged = (position: number, reason: string): LeakscopeError =>
  new LeakscopeError('BAD_SNAPSHOT', `not a sound heap dump: at byte ${position} ${reason}`, {
    hint: 'Capture the heap again; if the file was copied, compare its size with the original.',
  })

/** The bytes of a heap read from memory end before they should. */
export const cutOff = (position: number, where: string): LeakscopeError =>
  new LeakscopeError('BAD_SNAPSHOT', `the heap dump is cut off: it ends at byte ${position}, ${where}`, {
    hint: 'Capture the heap again, and let it finish writing.',
  })
