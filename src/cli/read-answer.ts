import { readFileSync } from 'node:fs'
import { LeakscopeError } from '../errors.js'
import type { Envelope } from '../render/format.js'
import type { Column, Report, Section, Unit } from '../report/report.js'

/** An answer read back from JSON. */
export interface ReadAnswer {
  readonly report: Report
  readonly envelope: Envelope
}

/**
 * Reads an answer that leakscope wrote as JSON (`leakscope check 4121 --json > check.json`). The file is untrusted:
 * other files are refused, and invalid parts are left out. Errors: USAGE.
 */
export function readAnswer(path: string): ReadAnswer {
  let answer: unknown
  try {
    answer = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw notOne(path, cause)
  }
  if (
    !isRecord(answer) ||
    answer.version !== 1 ||
    typeof answer.command !== 'string' ||
    !Array.isArray(answer.sections)
  ) {
    throw notOne(path)
  }
  const { version, command, target, heaps, sections, notes, ...findings } = answer
  const headline = headlineOf(answer)
  return {
    report: {
      title: command === 'check' ? 'Leak check' : capitalized(text(command)),
      ...(headline === undefined ? {} : { headline }),
      sections: (sections as unknown[]).flatMap(sectionOf),
      notes: Array.isArray(notes) ? notes.filter(note => typeof note === 'string') : [],
      findings,
    },
    envelope: {
      command: text(command),
      target: isRecord(target) ? target : null,
      heaps: Array.isArray(heaps) ? heaps.filter(isRecord) : [],
    },
  }
}

const VERDICTS: Readonly<Record<string, string>> = {
  leaking: 'Leaking',
  'not-leaking': 'Not leaking',
  inconclusive: 'Inconclusive',
}

function headlineOf({ verdict, suspects, reason }: Readonly<Record<string, unknown>>): string | undefined {
  const word = VERDICTS[text(verdict)]
  if (word === undefined) return undefined
  const [first] = Array.isArray(suspects) ? suspects : []
  const why = isRecord(first) && typeof first.headline === 'string' ? first.headline : text(reason)
  return why === '' ? word : `${word}: ${why}`
}

const UNITS: readonly string[] = ['text', 'count', 'change', 'bytes', 'percent', 'id'] satisfies Unit[]

function sectionOf(section: unknown): Section[] {
  if (!isRecord(section) || typeof section.title !== 'string') return []
  switch (section.shape) {
    case 'table': {
      const columns = list(section.columns).flatMap(columnOf)
      const rows = list(section.rows).filter(isRecord)
      return [{ shape: 'table', title: section.title, columns, rows: rows as never }]
    }
    case 'path': {
      const steps = list(section.steps).filter(
        step => isRecord(step) && [step.edge, step.type, step.name].every(word => typeof word === 'string'),
      )
      return [{ shape: 'path', title: section.title, steps: steps as never }]
    }
    case 'series': {
      const lines = list(section.lines).filter(
        line => isRecord(line) && typeof line.title === 'string' && Array.isArray(line.values) && isUnit(line.unit),
      )
      const seconds = list(section.seconds).filter(second => typeof second === 'number')
      return [{ shape: 'series', title: section.title, seconds, lines: lines as never }]
    }
    case 'drawing':
      return [
        {
          shape: 'drawing',
          title: section.title,
          nodes: list(section.nodes).filter(isRecord) as never,
          edges: list(section.edges).filter(isRecord) as never,
        },
      ]
    default:
      return []
  }
}

// JSON has the keys of columns but not their titles: `countPerRound` becomes `Count per round`.
function columnOf(column: unknown): Column[] {
  if (!isRecord(column) || typeof column.key !== 'string' || !isUnit(column.unit)) return []
  const words = column.key.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  )
  return [{ key: column.key, title: capitalized(words), unit: column.unit }]
}

const isUnit = (unit: unknown): unit is Unit => typeof unit === 'string' && UNITS.includes(unit)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

const notOne = (path: string, cause?: unknown): LeakscopeError =>
  new LeakscopeError('USAGE', `${path} is not an answer that leakscope wrote as JSON`, {
    hint: 'Write one with, for example, `leakscope check 4121 --json > check.json`.',
    cause,
  })
