import type { z } from 'zod'
import type { Io } from '../cli/io.js'
import type { Report } from '../report/report.js'
import type { Task } from '../task.js'
import type { AllowedPaths } from './allowed-paths.js'
import type { Estimates } from './estimates.js'
import type { Page } from './page.js'

/** The state shared by all calls of one server. */
export interface Serving {
  readonly io: Io
  /** Whether answers leave out string contents. */
  readonly redact: boolean
  readonly paths: AllowedPaths
  readonly estimates: Estimates
}

/** The result of a tool: sentences, and the report behind them. */
export interface ToolAnswer {
  /** The answer in a few sentences. */
  readonly answer: string
  readonly report: Report
  /** The rows of the report's tables to send; by default the first ones. */
  readonly page?: Page
  /** Further keys of the structured content. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** One tool of the agent server, as data. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly title: string
  /** What it answers, what it costs, and what to call before or after it. Agents read nothing else. */
  readonly description: string
  readonly input: Input
  /** Whether it changes nothing: it writes no file and attaches to no process. */
  readonly readOnly: boolean
  run(given: z.infer<Input>, serving: Serving, task: Task): Promise<ToolAnswer>
}

/** Defines a tool with typed arguments, and erases their type for the list of tools. */
export const tool = <Input extends z.ZodObject>(described: Tool<Input>): Tool => described as unknown as Tool
