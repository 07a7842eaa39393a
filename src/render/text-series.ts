import type { Series } from '../report/report.js'
import { aligned } from './aligned.js'
import type { Pen } from './pen.js'
import { plain } from './plain-text.js'
import { span, sparkline } from './sparkline.js'
import { difference, shown } from './units.js'

/** Values over time, one sparkline per line of the series: `V8 heap used  ▁▂▄▆█  12.0 MB → 45.3 MB  +33.3 MB`. */
export function seriesLines({ lines, seconds }: Series, pen: Pen, width: number): string[] {
  if (seconds.length === 0) return []
  const rows = lines.map(({ title, values, unit }) => {
    const { first, last, change } = span(values)
    return [plain(title), sparkline(values), shown(first, unit), '→', shown(last, unit), difference(change, unit)]
  })
  return aligned(rows, SETTINGS, width).map(line => line.replace(/[▁-█]+/g, bars => pen.cyan(bars)))
}

const SETTINGS = (['left', 'left', 'right', 'left', 'right', 'right'] as const).map((align, at) => ({
  align,
  flexible: at === 0,
}))
