import { z } from 'zod'
import { inCaptureOrder } from '../../acquire/capture-order.js'
import { growthAnalysis } from '../../questions/growth.js'
import { counted, sized } from '../../units.js'
import { pageInput, rowsFor } from '../page.js'
import { type Tool, tool } from '../tool.js'
import { asked, rowsOf } from './ask-heap.js'
import { heapFile, heapInput } from './heap-input.js'

/** The types that gained objects. */
export const compare: Tool = tool({
  name: 'compare',
  title: 'Compare heaps',
  description:
    'Which types have more objects in a later heap than in an earlier one of the same process, and how many bytes they gained. A filling cache also grows; leaks says what keeps growing and why.',
  input: z.object({
    before: heapInput,
    after: heapInput,
    all: z.boolean().default(false).describe("Rank V8's own types with the others."),
    ...pageInput,
  }),
  readOnly: true,
  async run({ before, after, all, ...page }, serving, task) {
    const { files } = inCaptureOrder([before, after].map(heap => heapFile(heap, serving.paths)))
    const report = await asked(growthAnalysis, files, { limit: rowsFor(page), all }, serving, task)
    const rows = rowsOf(report).slice(page.offset, page.offset + 3)
    const said = rows.map(({ type, delta, bytes }) => `${type} +${counted(Number(delta))} (${sized(Number(bytes))})`)
    return { answer: said.length === 0 ? 'Nothing grew.' : `Gained most: ${said.join(', ')}.`, report, page }
  },
})
