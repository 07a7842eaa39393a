import { z } from 'zod'
import { excerpt } from '../render/plain-text.js'
import type { Report, Section } from '../report/report.js'
import { counted } from '../units.js'

/** The requested rows of a long answer. */
export interface Page {
  readonly limit: number
  readonly offset: number
}

/** The arguments of tools whose answers may be long. */
export const pageInput: { readonly limit: z.ZodDefault<z.ZodNumber>; readonly offset: z.ZodDefault<z.ZodNumber> } = {
  limit: z.number().int().min(1).max(200).default(20).describe('Maximum number of rows.'),
  offset: z.number().int().min(0).max(1_000_000).default(0).describe('Rows to skip: next_offset of the last call.'),
}

/** The number of rows to request from an analysis: one more than the page, to see whether there are more. */
export const rowsFor = ({ limit, offset }: Page): number => offset + limit + 1

const NAME = 160
const SENTENCE = 1000
const STEPS = 40

/** One page of a report's rows, with long names cut, and where the next page begins. */
export function paged(report: Report, { limit, offset }: Page): { report: Report; nextOffset: number | undefined } {
  const longest = Math.max(0, ...report.sections.map(lengthOf))
  return {
    report: {
      ...report,
      sections: report.sections.map(section => cut(section, offset, limit)),
      notes: report.notes.map(note => excerpt(rest(note, Math.max(0, longest - offset - limit)), SENTENCE)),
    },
    nextOffset: longest > offset + limit ? offset + limit : undefined,
  }
}

/** Adds the `cut` rows left out here to the number in `412 more; raise --limit`. */
const rest = (note: string, cut: number): string =>
  note.replace(/^([\d,]+)( more.*); raise --limit$/, (_, more: string, what: string) => {
    return `${counted(Number(more.replaceAll(',', '')) + cut)}${what}`
  })

const lengthOf = (section: Section): number => (section.shape === 'table' ? section.rows.length : 0)

function cut(section: Section, offset: number, limit: number): Section {
  switch (section.shape) {
    case 'table':
      return {
        ...section,
        rows: section.rows
          .slice(offset, offset + limit)
          .map(row =>
            Object.fromEntries(
              Object.entries(row).map(([key, cell]) => [key, typeof cell === 'string' ? shortened(key, cell) : cell]),
            ),
          ),
        ...(section.dimmed === undefined ? {} : { dimmed: section.dimmed.slice(offset, offset + limit) }),
      }
    case 'path':
      return {
        ...section,
        title: excerpt(section.title, SENTENCE),
        steps: section.steps.slice(-STEPS).map(step => ({
          ...step,
          edge: excerpt(step.edge, NAME),
          type: excerpt(step.type, NAME),
          name: excerpt(step.name, NAME),
        })),
      }
    default:
      return section
  }
}

// A cut path would be useless in the next call, and our sentences are longer than names from a heap should be.
const shortened = (key: string, cell: string): string =>
  excerpt(cell, ['path', 'found', 'why', 'attach', 'headline', 'because', 'advice'].includes(key) ? SENTENCE : NAME)

/** A value to send, with long strings and lists cut. */
export function bounded(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return excerpt(value, SENTENCE)
  if (Array.isArray(value)) return depth > 8 ? [] : value.slice(0, 50).map(each => bounded(each, depth + 1))
  if (typeof value === 'object' && value !== null) {
    if (depth > 8) return {}
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, bounded(each, depth + 1)]))
  }
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}
