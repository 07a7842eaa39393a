import { z } from 'zod'
import { memorySplit } from '../../cli/commands/memory.js'
import { withTarget } from '../../cli/targets.js'
import { processMemory, v8Memory } from '../../live/memory.js'
import { sized } from '../../units.js'
import { type Tool, tool } from '../tool.js'
import { pidInput } from './heap-input.js'

/** The memory of a process. */
export const memory: Tool = tool({
  name: 'memory',
  title: 'Memory of a process',
  description:
    "The memory of a process now: USS (its own), RSS, and with inside: true V8's heap, external memory and array buffers, for which its inspector is opened briefly. One reading shows no leak: use check.",
  input: z.object({
    pid: pidInput,
    inside: z
      .boolean()
      .default(false)
      .describe("Also read V8's numbers. Attaches to the process, which keeps running."),
  }),
  readOnly: true,
  async run({ pid, inside }, { io }, task) {
    const outside = await processMemory(pid)
    const v8 = inside ? await withTarget({ kind: 'pid', pid }, { task, io }, v8Memory) : undefined
    const own = outside.uss === null ? '' : `has ${sized(outside.uss)} of memory of its own (USS), and `
    const heap = v8 === undefined ? '' : ` V8's heap has ${sized(v8.heapUsed)} in use of ${sized(v8.heapTotal)}.`
    return {
      answer: `Process ${pid} ${own}${sized(outside.rss)} resident (RSS).${heap}`,
      report: memorySplit({ at: Date.now(), outside, v8 }, []),
    }
  },
})
