import { z } from 'zod'
import { inCaptureOrder } from '../../acquire/capture-order.js'
import { leaksAnalysis } from '../../questions/leaks.js'
import { suspectsAnalysis } from '../../questions/suspects.js'
import { type Tool, tool } from '../tool.js'
import { asked } from './ask-heap.js'
import { heapFile, heapInput } from './heap-input.js'

/** What leaks, from heap snapshots alone. */
export const leaks: Tool = tool({
  name: 'leaks',
  title: 'Leaks in heap snapshots',
  description:
    'What leaks, from heap snapshots alone. One heap: where memory accumulates, what retains it and in which line. Two or more of one process, oldest first: what keeps growing; three with the same work in between can prove it.',
  input: z.object({ heaps: z.array(heapInput).min(1).max(20).describe('Oldest first.') }),
  readOnly: true,
  async run({ heaps }, serving, task) {
    const { files } = inCaptureOrder(heaps.map(heap => heapFile(heap, serving.paths)))
    const report = await asked(files.length === 1 ? suspectsAnalysis : leaksAnalysis, files, {}, serving, task)
    const { headline, title, notes } = report
    return { answer: headline ?? notes[0] ?? title, report }
  },
})
