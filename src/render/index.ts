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

/** All output formats. */
export const formats: readonly Format[] = [text, json, dot, svg, html, markdown, csv, junit, sarif, github]

/** The format with a name, as given to `--format`. Errors: USAGE, with the known names. */
export function formatNamed(name: string): Format {
  const format = formats.find(each => each.name === name)
  if (format) return format
  throw new LeakscopeError('USAGE', `unknown format ${JSON.stringify(name)}`, {
    hint: `Use one of ${formats.map(each => each.name).join(', ')}.`,
  })
}

/**
 * The format for a file's extension. For `.png` and `.pdf` it is `dot`: `renderWithDot` then makes a picture of the
 * text, with the file's `imageKind`. Errors: USAGE, with the known extensions.
 */
export function formatForFile(path: string): Format {
  if (imageKind(path)) return dot
  const ending = extname(path).toLowerCase()
  const format = formats.find(each => each.endings.includes(ending))
  if (format) return format
  const known = [...formats.flatMap(each => each.endings), ...imageKinds.map(kind => `.${kind}`)]
  throw new LeakscopeError('USAGE', `unknown file extension in ${JSON.stringify(path)}`, {
    hint: `Use one of ${known.join(' ')}, or name the format with --format.`,
  })
}
