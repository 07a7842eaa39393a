import { writeOutput } from '../output-file.js'
import { type ImageKind, renderWithDot } from './image.js'

/**
 * Writes a dot text as a picture, by the Graphviz that is installed: private, and never half-drawn under its final name. Graphviz itself
 * opens no file: it would follow a link. Errors: OUTPUT, also where there is no Graphviz.
 */
export async function writePicture(
  dotText: string,
  kind: ImageKind,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  await writeOutput(path, await renderWithDot(dotText, kind), signal)
}
