import { z } from 'zod'
import { matching } from '../../heap/text-match.js'
import { typesAnalysis } from '../../questions/types.js'
import { counted, sized } from '../../units.js'
import { pageInput, rowsFor } from '../page.js'
import { type Tool, tool } from '../tool.js'
import { asked, rowsOf } from './ask-heap.js'
import { heapFile, heapInput } from './heap-input.js'

/** The types in a heap. */
export const types: Tool = tool({
  name: 'types',
  title: 'Types in a heap',
  description:
    "How many objects of each type a heap has and their bytes. The program's own classes come first; V8's own, such as (string), last unless all.",
  input: z.object({
    heap: heapInput,
    sort: z.enum(['count', 'shallow', 'retained']).default('count').describe('retained takes longer.'),
    filter: z.string().max(200).optional().describe('A part of the name, or /regex/.'),
    all: z.boolean().default(false).describe("Rank V8's own types with the others."),
    ...pageInput,
  }),
  readOnly: true,
  async run({ heap, sort, filter, all, ...page }, serving, task) {
    const values = {
      sort,
      all,
      limit: rowsFor(page),
      ...(filter === undefined ? {} : { filter: matching('filter', filter) }),
    }
    const report = await asked(typesAnalysis, [heapFile(heap, serving.paths)], values, serving, task)
    const [first, ...others] = rowsOf(report).slice(page.offset, page.offset + 3)
    const said = (row: Readonly<Record<string, unknown>>): string =>
      `${row.type} (${counted(Number(row.count))}, ${sized(Number(row.shallow))})`
    const answer =
      first === undefined
        ? 'No type matches.'
        : `By ${sort}, ${page.offset === 0 ? 'first' : `from place ${page.offset + 1}`}: ${[first, ...others].map(said).join(', ')}.`
    return { answer, report, page }
  },
})
