import picocolors from 'picocolors'

/** Picocolors' functions, which add nothing when colour is off. */
export type Pen = ReturnType<typeof picocolors.createColors>

/** A pen with or without colour, independent of the environment, which the caller has checked. */
export function penOf(color: boolean): Pen {
  return picocolors.createColors(color)
}
