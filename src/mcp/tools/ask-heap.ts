import { askFiles } from '../../cli/answering.js'
import { type Analysis, defaultsOf } from '../../questions/ask/analysis.js'
import type { Report, Row } from '../../report/report.js'
import type { Task } from '../../task.js'
import type { Serving } from '../tool.js'

/**
 * Runs an analysis with the given options and defaults for the others. Errors: those of reading, and the analysis' own.
 */
export async function asked(
  analysis: Analysis,
  files: readonly string[],
  values: Readonly<Record<string, unknown>>,
  { redact }: Serving,
  task: Task,
  argument?: string,
): Promise<Report> {
  const { report } = await askFiles(
    { analysis, values: { ...defaultsOf(analysis), ...values, redact }, argument },
    files,
    task,
  )
  return report
}

/** The first table's rows. */
export const rowsOf = ({ sections }: Report): Row[] =>
  sections.flatMap(each => (each.shape === 'table' ? each.rows : []))
