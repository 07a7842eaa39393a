import { z } from 'zod'
import { pathAnalysis } from '../../questions/path.js'
import { plain } from '../../render/plain-text.js'
import type { Path } from '../../report/report.js'
import { type Tool, tool } from '../tool.js'
import { asked } from './ask-heap.js'
import { heapFile, heapInput } from './heap-input.js'

/** Why objects stay in memory. */
export const path: Tool = tool({
  name: 'path',
  title: 'Retaining paths',
  description:
    'Why objects are still in memory: the chain of references from a module, a global, a timer or a GC root to them, with the source line of each step if known. Select them by type (those that retain most) or by id.',
  input: z.object({
    heap: heapInput,
    type: z.string().max(500).optional().describe('Session, store.js:Session, (closure)'),
    ids: z.array(z.number().int().min(1)).max(20).default([]).describe('Object ids of this heap: 1203 for @1203.'),
    paths: z.number().int().min(1).max(10).default(3).describe('Paths at most.'),
  }),
  readOnly: true,
  async run({ heap, type, ids, paths }, serving, task) {
    const values = { type, id: ids, limit: paths }
    const report = await asked(pathAnalysis, [heapFile(heap, serving.paths)], values, serving, task)
    const found = report.sections.filter(section => section.shape === 'path')
    return { answer: found.map(path => plain(sentence(path))).join('\n') || report.notes[0] || report.title, report }
  },
})

/** `Session @1203 is retained by: server.js .sessions → Map ["user-7"].` */
function sentence({ steps }: Path): string {
  const last = steps.at(-1)
  if (last === undefined) return ''
  const named = steps.slice(-12).map(({ edge, type, name }, at) => `${at === 0 ? '' : `${edge} → `}${name || type}`)
  return `${last.type} @${last.id}: ${named.join(' ')}.`
}
