import type { Excerpt } from '../report/excerpt.js'
import type { Explorable } from '../report/explorable.js'
import type { Report, Shape } from '../report/report.js'
import type { StyleName } from './dot-style.js'

/** Facts about the answer as a whole: the JSON format includes them, others may print them as a heading. */
export interface Envelope {
  readonly command: string
  readonly target: Readonly<Record<string, unknown>> | null
  readonly heaps: readonly Readonly<Record<string, unknown>>[]
  /** The working directory of leakscope: file names of a checkout are relative to it. */
  readonly cwd?: string
  /** Source excerpts for the answer's locations, for HTML pages. */
  readonly excerpts?: readonly Excerpt[]
  /** Extracts the part of the heap that a page's explorer shows; `undefined` when nothing was selected. */
  readonly explore?: () => Explorable | undefined
}

/** Presentation options: terminal, colour, width. */
export interface Look {
  readonly color: boolean
  readonly width: number
  /** The style of drawings; each format has a default. */
  readonly style?: StyleName
}

/** One output format. Pure; the output is valid in its format even for an empty report. */
export interface Format {
  readonly name: string
  /** File extensions that select it, with the dot. */
  readonly endings: readonly string[]
  readonly shows: readonly Shape[]
  /** Shows only the verdict and suspects of `check` and `leaks`; other answers cannot be written in this format. */
  readonly verdictOnly?: boolean
  render(report: Report, envelope: Envelope, look: Look): string | Promise<string>
}
