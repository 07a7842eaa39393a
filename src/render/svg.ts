import { dotText } from './dot.js'
import { drawn } from './drawn.js'
import type { Format } from './format.js'
import { layOut } from './layout.js'

/** A drawing as a picture that any browser opens, with nothing to install. Names in full are in its tooltips. */
export const svg: Format = {
  name: 'svg',
  endings: ['.svg'],
  shows: ['drawing', 'path'],
  render: report => layOut(dotText(drawn(report))),
}
