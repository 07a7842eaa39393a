import type { z } from 'zod'
import type { Io } from '../cli/io.js'
import type { Report } from '../report/report.js'
import type { Task } from '../task.js'
import type { AllowedPaths } from './allowed-paths.js'
import type { Estimates } from './estimates.js'
import type { Page } from './page.js'

/** What every call of one server shares. */
export interface Serving {
  readonly io: Io
  /** Whether answers leave out what the strings of a heap say. */
  readonly redact: boolean
  readonly paths: AllowedPaths
  readonly estimates: Estimates
}

/** What a tool answers with: sentences, and the report they are about. */
export interface ToolAnswer {
  /** The answer in a few sentences. */
  readonly answer: string
  readonly report: Report
  /** Which rows of the report's tables are given; the first ones where it is absent. */
  readonly page?: Page
  /** Further keys of the structured content. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** One tool of the agent server, as data. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly title: string
  /** What it answers, what it costs, and what to call before or after it: agents read nothing else. */
  readonly description: string
  readonly input: Input
  /** Whether nothing is changed: no file is written and no process is attached to. */
  readonly readOnly: boolean
  run(given: z.infer<Input>, serving: Serving, task: Task): Promise<ToolAnswer>
}

/** Keeps the type of a tool's arguments, which the list of tools need not know. */
export const tool = <Input extends z.ZodObject>(described: Tool<Input>): Tool => described as unknown as Tool
