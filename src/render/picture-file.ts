import { chmodSync, renameSync, rmSync } from 'node:fs'
import { LeakscopeError } from '../errors.js'
import { isReplaceable } from '../private-file.js'
import { type ImageKind, renderWithDot } from './image.js'

/**
 * Writes a dot text as a picture, by the Graphviz that is installed: private, and never half-drawn under its final name. Errors: OUTPUT,
 * also where there is no Graphviz.
 */
export async function writePicture(dotText: string, kind: ImageKind, path: string): Promise<void> {
  if (!isReplaceable(path)) {
    throw new LeakscopeError('OUTPUT', `${path} is there and is no regular file`, { hint: 'Name another file.' })
  }
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await renderWithDot(dotText, kind, temporary)
    chmodSync(temporary, 0o600)
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}
