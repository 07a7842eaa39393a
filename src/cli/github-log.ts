import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import type { Envelope } from '../render/format.js'
import { jobSummary } from '../render/github.js'
import type { Report } from '../report/report.js'
import type { Io } from './io.js'

/** Adds an answer to the job summary, if GitHub Actions provides a file for it. A failure only prints a message. */
export async function appendJobSummary(report: Report, envelope: Envelope, io: Io): Promise<void> {
  const file = io.env.GITHUB_STEP_SUMMARY
  if (file === undefined || file === '') return
  const text = await jobSummary(report, envelope)
  try {
    appendFileSync(file, text)
  } catch (error) {
    io.stderr.write(`The job summary cannot be written: ${(error as Error).message}\n`)
  }
}

/** A text in which GitHub Actions interprets no workflow commands: processing stops until an unguessable token. */
export function withoutCommands(text: string): string {
  const token = randomUUID()
  return `::stop-commands::${token}\n${text}::${token}::\n`
}
