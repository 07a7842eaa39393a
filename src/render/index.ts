import { extname } from 'node:path'
import { LeakscopeError } from '../errors.js'
import { csv } from './csv.js'
import { dot } from './dot.js'
import type { Format } from './format.js'
import { github } from './github.js'
import { html } from './html.js'
import { imageKind, imageKinds } from './image.js'
import { json } from './json.js'
import { junit } from './junit.js'
import { markdown } from './markdown.js'
import { sarif } from './sarif.js'
import { svg } from './svg.js'
import { text } from './text.js'

/** Every way a report can be written. */
export const formats: readonly Format[] = [text, json, dot, svg, html, markdown, csv, junit, sarif, github]

/** The format of a name, as `--format` gives it. Throws USAGE with the names there are. */
export function formatNamed(name: string): Format {
  const format = formats.find(each => each.name === name)
  if (format) return format
  throw new LeakscopeError('USAGE', `there is no format ${JSON.stringify(name)}`, {
    hint: `Use one of ${formats.map(each => each.name).join(', ')}.`,
  })
}

/**
 * The format a file's ending asks for. For `.png` and `.pdf` it is `dot`: the text is then made a picture by `renderWithDot` with the
 * file's `imageKind`. Throws USAGE with the endings there are.
 */
export function formatForFile(path: string): Format {
  if (imageKind(path)) return dot
  const ending = extname(path).toLowerCase()
  const format = formats.find(each => each.endings.includes(ending))
  if (format) return format
  const known = [...formats.flatMap(each => each.endings), ...imageKinds.map(kind => `.${kind}`)]
  throw new LeakscopeError('USAGE', `the ending of ${JSON.stringify(path)} names no format`, {
    hint: `Use one of ${known.join(' ')}, or name the format with --format.`,
  })
}
