import { dotText } from './dot.js'
import { drawn } from './drawn.js'
import type { Format } from './format.js'
import { layOut } from './layout.js'
import { linked } from './svg-links.js'
import { inert } from './xml-text.js'

/**
 * A drawing as a picture for any browser; needs no installed Graphviz. Tooltips have the full names and the ids of
 * merged objects; a click frames an object or follows an arrow.
 */
export const svg: Format = {
  name: 'svg',
  endings: ['.svg'],
  shows: ['drawing', 'path'],
  async render(report, _, { style = 'modern' }) {
    const drawing = drawn(report)
    const picture = linked(await layOut(dotText(drawing, style)))
    return picture.replace(
      '<svg ',
      () => `<svg role="graphics-document" aria-label="${inert(drawing.title || report.title)}" `,
    )
  },
}
