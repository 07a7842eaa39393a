import picocolors from 'picocolors'

/** Picocolors' functions, which add nothing where no colour is wanted. */
export type Pen = ReturnType<typeof picocolors.createColors>

/** A pen that writes in colour, or one that does not, whatever the environment says: that has been asked before. */
export function penOf(color: boolean): Pen {
  return picocolors.createColors(color)
}
