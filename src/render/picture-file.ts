import { writeOutput } from '../output-file.js'
import { type ImageKind, renderWithDot } from './image.js'

/**
 * Writes a dot text as a picture with the installed Graphviz: the file is private and appears complete under its final
 * name. Graphviz itself opens no file, since it would follow a link. Errors: OUTPUT, also without Graphviz.
 */
export async function writePicture(
  dotText: string,
  kind: ImageKind,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  await writeOutput(path, await renderWithDot(dotText, kind), signal)
}
