import { dotText } from './dot.js'
import { drawn } from './drawn.js'
import type { Format } from './format.js'
import { layOut } from './layout.js'
import { linked } from './svg-links.js'

/**
 * A drawing as a picture that any browser opens, with nothing to install. Names in full, and the ids of what is drawn as one, are in its
 * tooltips; a click shows an object, or where an arrow leads.
 */
export const svg: Format = {
  name: 'svg',
  endings: ['.svg'],
  shows: ['drawing', 'path'],
  render: async (report, _, { style = 'modern' }) => linked(await layOut(dotText(drawn(report), style))),
}
