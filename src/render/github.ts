import {
  failsJob,
  type LeakFindings,
  leakFindings,
  placeOfSuspect,
  type ReportedSuspect,
} from '../report/leak-findings.js'
import type { Report } from '../report/report.js'
import type { Envelope, Format } from './format.js'
import { markdown } from './markdown.js'
import { mermaidPath } from './mermaid.js'
import { plain } from './plain-text.js'
import { fileInCheckout } from './source-file.js'

/**
 * Annotations for GitHub Actions, one workflow command per suspect: an error if it fails the job, a notice if it is
 * known. Heap strings cannot inject commands: line breaks and control characters are written as JavaScript escapes.
 */
export const github: Format = {
  name: 'github',
  endings: [],
  shows: [],
  verdictOnly: true,
  render(report, { cwd }) {
    const found = leakFindings(report)
    if (found === undefined) return ''
    const lines = found.suspects.map(suspect => annotation(suspect, found, cwd))
    if (found.verdict === 'inconclusive')
      lines.push(
        command(found.failing === true ? 'error' : 'warning', { title: 'leakscope' }, report.headline ?? report.title),
      )
    return lines.map(line => `${line}\n`).join('')
  },
}

/** The same as Markdown for a job summary, with each suspect's retaining path as a Mermaid diagram. */
export async function jobSummary(report: Report, envelope: Envelope): Promise<string> {
  const text = await markdown.render(report, envelope, { color: false, width: 10_000 })
  const pictures = (leakFindings(report)?.suspects ?? [])
    .filter(({ path }) => path.length > 0)
    .slice(0, MOST_PICTURES)
    .map(({ rank, path }) => `#### Suspect ${rank}\n\n\`\`\`mermaid\n${mermaidPath(path)}\n\`\`\``)
  return [text.trimEnd(), ...pictures].map(block => `${block}\n\n`).join('')
}

const MOST_PICTURES = 5

function annotation(suspect: ReportedSuspect, found: LeakFindings, cwd: string | undefined): string {
  const { headline, evidence, fingerprint, status, leaked, holder } = suspect
  const place = placeOfSuspect(suspect)
  const file = place && fileInCheckout(place.file, cwd)
  const level = found.verdict !== 'leaking' ? 'warning' : failsJob(suspect, found) ? 'error' : 'notice'
  const where = file === undefined ? {} : { file, line: String(place!.line), col: String(place!.column) }
  const message = [headline, evidence.hint].filter(Boolean).join('. ')
  const title = `${status === undefined ? 'Leak' : `Leak (${status})`}: ${holder.name} gains ${leaked.type}`
  return command(level, { ...where, title }, `${message} [${fingerprint}]`)
}

/** A workflow command: `::error file=a.js,line=3::text`. Properties escape more than the message does. */
function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const given = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`)
  return `::${name} ${given.join(',')}::${text(message)}`
}

const text = (value: string): string => plain(value).replace(/[%\r\n]/g, inPercent)
const property = (value: string): string => plain(value).replace(/[%\r\n:,]/g, inPercent)
const inPercent = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
