import type { CallToolResult } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { LeakscopeError } from '../errors.js'
import { json } from '../render/json.js'
import { plain } from '../render/plain-text.js'
import { text } from '../render/text.js'
import { bounded, paged } from './page.js'
import type { ToolAnswer } from './tool.js'

/** The structured content of every tool; each tool adds the keys of the corresponding command's JSON. */
export const structured: z.ZodObject = z.looseObject({
  answer: z.string().describe('The answer in a few sentences.'),
  sections: z
    .array(z.looseObject({}))
    .describe('Tables, paths and series, with the keys of the JSON form of leakscope.'),
  notes: z.array(z.string()).describe('What was cut, guessed or not available.'),
  next_offset: z.number().optional().describe('Where the next page begins; absent on the last.'),
})

const LOOK = { color: false, width: 160 }

/** An answer in the protocol's form: sentences with short tables for reading, and the same as data. */
export async function resultOf(
  command: string,
  { answer, report, page = { limit: 20, offset: 0 }, facts }: ToolAnswer,
): Promise<CallToolResult> {
  const { report: shown, nextOffset } = paged(report, page)
  const envelope = { command, target: null, heaps: [] }
  const { headline: _, ...body } = shown
  const tables = await text.render(body, envelope, LOOK)
  const more = nextOffset === undefined ? [] : [`There are more rows: call again with offset ${nextOffset}.`]
  const parts = [lines(answer), tables.trimEnd(), [...shown.notes.map(note => plain(note)), ...more].join('\n')]
  const { findings, ...rest } = shown
  const { sections, notes } = JSON.parse(await json.render(rest, envelope, LOOK)) as {
    sections: Record<string, unknown>[]
    notes: string[]
  }
  return {
    content: [{ type: 'text', text: parts.filter(part => part !== '').join('\n\n') }],
    structuredContent: {
      ...(bounded({ ...findings, ...facts }) as Record<string, unknown>),
      answer: lines(answer),
      sections,
      notes,
      ...(nextOffset === undefined ? {} : { next_offset: nextOffset }),
    },
  }
}

/** Plain text that keeps line breaks; those in names from a heap have already been removed. */
const lines = (answer: string): string =>
  answer
    .split('\n')
    .map(line => plain(line))
    .join('\n')

/** An error in a form on which an agent can act. A bug of ours gives only its message. */
export function failureOf(error: unknown): CallToolResult {
  const said =
    error instanceof LeakscopeError
      ? [error.message, ...error.lines, ...(error.hint === undefined ? [] : [error.hint])]
      : [`This is a bug in leakscope: ${error instanceof Error ? error.message : String(error)}`]
  return { isError: true, content: [{ type: 'text', text: said.map(line => plain(line)).join('\n') }] }
}
