import {
  failsJob,
  type LeakFindings,
  leakFindings,
  placeOfSuspect,
  type ReportedSuspect,
} from '../report/leak-findings.js'
import type { Report } from '../report/report.js'
import type { Envelope, Format } from './format.js'
import { pathLines } from './text-path.js'
import { inert } from './xml-text.js'

/**
 * JUnit XML for CI servers (the common subset of the schemas of Jenkins, GitLab and Azure). Each suspect is a test case
 * whose name is stable between runs, so that servers can track it over builds; known and ignored ones are skipped. A
 * clean answer is one passing case, an inconclusive one a skipped case, unless it is to fail the job.
 */
export const junit: Format = {
  name: 'junit',
  endings: ['.xml'],
  shows: [],
  verdictOnly: true,
  render(report, envelope) {
    const found = leakFindings(report)
    const cases = found === undefined ? [] : casesOf(found, report, envelope)
    const count = (element: string): number => cases.filter(text => text.includes(`<${element} `)).length
    const seconds = (found?.memory.at(-1)?.seconds ?? 0).toFixed(3)
    const totals = `tests="${cases.length}" failures="${count('failure')}" errors="0"`
    return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="leakscope" ${totals} time="${seconds}">
<testsuite name="${inert(suiteName(envelope))}" ${totals} skipped="${count('skipped')}" time="${seconds}">
${cases.map(text => `${text}\n`).join('')}</testsuite>
</testsuites>
`
  },
}

const suiteName = ({ command }: Envelope): string => `leakscope ${command}`

/** The command and target, without parts that differ between runs. */
function className({ command, target }: Envelope): string {
  const title = typeof target?.title === 'string' ? target.title.split(/[\\/]/).at(-1)! : ''
  return ['leakscope', command, title].filter(Boolean).join('.')
}

function casesOf(found: LeakFindings, report: Report, envelope: Envelope): string[] {
  const { verdict, suspects, reasons, failing } = found
  const own = suspects.map(suspect => caseOf(suspect, found, envelope))
  if (suspects.some(suspect => failsJob(suspect, found))) return own
  const why = inert([report.headline ?? report.title, ...reasons].join(' '))
  const content =
    verdict !== 'inconclusive'
      ? ''
      : failing === true
        ? `<failure type="inconclusive" message="${why}"/>`
        : `<skipped message="${why}"/>`
  return [...own, testCase('no new leak', content, envelope)]
}

function caseOf(suspect: ReportedSuspect, found: LeakFindings, envelope: Envelope): string {
  const { verdict } = found
  const { holder, leaked, fingerprint, headline, status, reason } = suspect
  const name = `${holder.name} does not gain ${leaked.type} (${fingerprint})`
  if (failsJob(suspect, found))
    return testCase(name, `<failure type="leak" message="${inert(headline)}">${details(suspect)}</failure>`, envelope)
  const why = [verdict === 'leaking' ? (status ?? 'known') : verdict, headline, reason].filter(Boolean).join(': ')
  return testCase(name, `<skipped message="${inert(why)}"/>`, envelope)
}

const testCase = (name: string, content: string, envelope: Envelope): string =>
  `<testcase classname="${inert(className(envelope))}" name="${inert(name)}" time="0">${content}</testcase>`

function details(suspect: ReportedSuspect): string {
  const place = placeOfSuspect(suspect)
  const lines = [
    suspect.evidence.hint ?? '',
    ...(place === undefined ? [] : [`at ${place.file}:${place.line}:${place.column}`]),
    ...pathLines({ shape: 'path', title: '', steps: suspect.path }, 200),
  ]
  return `\n${lines.filter(Boolean).map(inert).join('\n')}\n`
}
