import { z } from 'zod'
import { capturesOf } from '../../acquire/captures.js'
import { captureFacts } from '../../cli/capture-facts.js'
import { costNotes } from '../../cli/cost-notes.js'
import { snapshotFolder } from '../../cli/heap-source.js'
import { snapshotReport } from '../../cli/snapshot-report.js'
import { withTarget } from '../../cli/targets.js'
import { canary } from '../../live/canary.js'
import { sized } from '../../units.js'
import { type Tool, tool } from '../tool.js'
import { pidInput } from './heap-input.js'

/** The argument that confirms consent to a capture. */
export const consentInput: z.ZodDefault<z.ZodBoolean> = z
  .boolean()
  .default(false)
  .describe('True only if the person responsible for the process agreed after seeing the estimate of doctor.')

/** Writes a heap of a process. */
export const capture: Tool = tool({
  name: 'capture',
  title: 'Capture a heap',
  description:
    'Writes the heap of a process to a .heapsnapshot file and returns its path, for leaks, types, path, query, compare and report. Pauses the process as doctor estimates: call doctor first, and this only with consent. To find a leak, check is better: it captures several times and compares.',
  input: z.object({ pid: pidInput, consent: consentInput }),
  readOnly: false,
  async run({ pid, consent }, { io, estimates }, task) {
    estimates.require(pid, consent)
    const { path, cost, facts } = await withTarget({ kind: 'pid', pid }, { task, io }, async target => {
      const taken = await capturesOf(target, await canary(target), snapshotFolder(io)).take(task)
      return { ...taken, facts: captureFacts(taken.path, taken.cost, target) }
    })
    return {
      answer: `Captured process ${pid}: ${sized(facts.bytes)} in ${path}. The process was paused for ${Math.ceil(facts.standstill * 1000)} ms.`,
      report: snapshotReport([facts], costNotes(path, cost, io)),
      facts: { heap: path },
    }
  },
})
