import { join } from 'node:path'
import { z } from 'zod'
import { diagnosisReport } from '../../cli/diagnosis-report.js'
import { snapshotFolder } from '../../cli/heap-source.js'
import { LeakscopeError } from '../../errors.js'
import { diagnose } from '../../live/doctor/diagnose.js'
import { type Tool, tool } from '../tool.js'
import { pidInput } from './heap-input.js'

/** The cost of a capture; required before one. */
export const doctor: Tool = tool({
  name: 'doctor',
  title: 'Estimate a capture',
  description:
    'What capturing the heap of a process would cost: how long it pauses, how much memory and disk it takes, which method would be used, and whether it is safe. Looks from outside and changes nothing. Required before capture and check.',
  input: z.object({ pid: pidInput }),
  readOnly: true,
  async run({ pid }, { io, estimates }) {
    const diagnosis = await diagnose(pid, join(snapshotFolder(io), 'x.heapsnapshot'))
    if (diagnosis === undefined) {
      throw new LeakscopeError('NO_TARGET', `there is no process ${pid}`, { hint: 'Call list_processes.' })
    }
    estimates.note(pid, diagnosis)
    const report = diagnosisReport(diagnosis)
    const next =
      diagnosis.verdict === 'refused'
        ? ''
        : ' A check captures it several times like this. Show this to the person responsible for the process before you call capture or check with consent.'
    return { answer: `${report.headline}.${next}`, report, page: { limit: 50, offset: 0 } }
  },
})
