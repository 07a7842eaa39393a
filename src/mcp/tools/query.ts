import { z } from 'zod'
import { queryAnalysis } from '../../questions/query.js'
import { pageInput, rowsFor } from '../page.js'
import { type Tool, tool } from '../tool.js'
import { asked, rowsOf } from './ask-heap.js'
import { heapFile, heapInput } from './heap-input.js'

/** Objects by an expression over the heap. */
export const query: Tool = tool({
  name: 'query',
  title: 'Query objects',
  description:
    "Objects of a heap of which an expression is true. Facts: type, name, id, self, retained, distance; fields: .user.name; also retained > 1MB, type = 'Session', .url ~ /^http/, and, or, not. Read as an expression over the snapshot; no code is run.",
  input: z.object({
    heap: heapInput,
    expression: z.string().min(1).max(2000).describe("type = 'Session' and retained > 10KB"),
    sort: z.string().max(200).default('-retained').describe('A fact or field; - for descending.'),
    ...pageInput,
  }),
  readOnly: true,
  async run({ heap, expression, sort, ...page }, serving, task) {
    const values = { sort, limit: rowsFor(page) }
    const report = await asked(queryAnalysis, [heapFile(heap, serving.paths)], values, serving, task, expression)
    const rows = rowsOf(report).slice(page.offset)
    const first = rows[0]
    const answer =
      first === undefined
        ? 'No object matches.'
        : `${rows.length > page.limit ? `More than ${page.offset + page.limit}` : page.offset + rows.length} objects match; the first here is ${first.type ?? 'an object'} @${first.id}.`
    return { answer, report, page }
  },
})
