import { readFileSync } from 'node:fs'
import type { Location, Log, ReportingDescriptor, Result } from 'sarif'
import { packageFile } from '../package-file.js'
import type { Place } from '../place.js'
import {
  failsJob,
  type LeakFindings,
  leakFindings,
  placeOfSuspect,
  type ReportedSuspect,
} from '../report/leak-findings.js'
import type { Envelope, Format } from './format.js'
import { plain } from './plain-text.js'
import { uriOf } from './source-file.js'
import { wordOf } from './words.js'

/**
 * SARIF 2.1.0: one result per suspect at its source line, with the retaining path as a code flow that editors can step
 * through. For GitHub code scanning and the SARIF viewer of VS Code. Suspects of a baseline are `unchanged`, ignored
 * ones suppressed.
 */
export const sarif: Format = {
  name: 'sarif',
  endings: ['.sarif'],
  shows: [],
  verdictOnly: true,
  render(report, envelope) {
    const found = leakFindings(report)
    const suspects = found?.suspects ?? []
    const kinds = [...new Set(suspects.map(({ kind }) => kind))].sort()
    const log: Log = {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'leakscope', version: version(), rules: kinds.map(ruleOf) } },
          columnKind: 'utf16CodeUnits',
          automationDetails: { id: `leakscope/${envelope.command}/` },
          results: found === undefined ? [] : suspects.map(suspect => resultOf(suspect, found, kinds, envelope)),
          properties: { verdict: found?.verdict ?? null, reasons: found?.reasons.map(reason => plain(reason)) ?? [] },
        },
      ],
    }
    return `${JSON.stringify(log, null, 2)}\n`
  },
}

const ruleId = (kind: string): string => `leak/${plain(kind)}`

const ruleOf = (kind: string): ReportingDescriptor => ({
  id: ruleId(kind),
  name: `Leak${plain(kind).replace(/^./, first => first.toUpperCase())}`,
  shortDescription: { text: `Memory leak: ${plain(kind)}` },
  fullDescription: {
    text: `Something of the kind "${plain(kind)}" keeps growing while the program works, and is never freed.`,
  },
  defaultConfiguration: { level: 'error' },
  properties: { tags: ['memory-leak', 'reliability'] },
})

function resultOf(suspect: ReportedSuspect, found: LeakFindings, kinds: readonly string[], { cwd }: Envelope): Result {
  const { kind, headline, evidence, fingerprint, status, reason, holder, path } = suspect
  const place = placeOfSuspect(suspect)
  const steps = path.filter(step => step.location !== null)
  return {
    ruleId: ruleId(kind),
    ruleIndex: kinds.indexOf(kind),
    level: found.verdict !== 'leaking' ? 'warning' : failsJob(suspect, found) ? 'error' : 'note',
    message: { text: plain([headline, evidence.hint].filter(Boolean).join('. ')) },
    locations: [
      {
        ...(place === undefined ? {} : { physicalLocation: physical(place, cwd) }),
        logicalLocations: [{ name: plain(holder.name), fullyQualifiedName: plain(`${holder.type} ${holder.name}`) }],
      },
    ],
    partialFingerprints: { 'leakscope/v1': fingerprint },
    ...(steps.length === 0
      ? {}
      : { codeFlows: [{ threadFlows: [{ locations: steps.map(step => flowLocation(step, cwd)) }] }] }),
    ...(status === undefined
      ? {}
      : { baselineState: status === 'new' ? 'new' : status === 'faster' ? 'updated' : 'unchanged' }),
    ...(status === 'ignored' || (status === 'known' && reason !== undefined)
      ? {
          suppressions: [
            { kind: 'external', status: 'accepted', ...(reason === undefined ? {} : { justification: plain(reason) }) },
          ],
        }
      : {}),
  }
}

function flowLocation(
  { edge, type, name, location }: ReportedSuspect['path'][number],
  cwd: string | undefined,
): object {
  const text = plain([edge, wordOf(type, name), name].filter(Boolean).join('  '))
  return { location: { physicalLocation: physical(location!, cwd), message: { text } } }
}

const physical = (
  { file, line, column }: Place,
  cwd: string | undefined,
): NonNullable<Location['physicalLocation']> => ({
  artifactLocation: { uri: uriOf(file, cwd) },
  region: { startLine: Math.max(1, line), startColumn: Math.max(1, column) },
})

const version = (): string =>
  (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version
