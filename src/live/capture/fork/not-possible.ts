import { LeakscopeError } from '../../../errors.js'

/** A capture by fork that is not possible here and did no harm: another method may be tried. Its code is CAPTURE. */
export class NotPossible extends LeakscopeError {
  constructor(message: string, cause?: unknown) {
    super('CAPTURE', message, { hint: 'Capture with --capture inspector.', cause })
  }
}
