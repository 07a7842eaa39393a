import { LeakscopeError } from '../../../errors.js'

/** A capture by fork that did no harm and cannot be had here: another way may be tried. Errors carry CAPTURE. */
export class NotPossible extends LeakscopeError {
  constructor(message: string, cause?: unknown) {
    super('CAPTURE', message, { hint: 'Capture with --capture inspector.', cause })
  }
}
