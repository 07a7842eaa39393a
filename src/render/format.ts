import type { Excerpt } from '../report/excerpt.js'
import type { Explorable } from '../report/explorable.js'
import type { Report, Shape } from '../report/report.js'
import type { StyleName } from './dot-style.js'

/** What is known about the answer as a whole: the JSON format carries it, the others may head their output with it. */
export interface Envelope {
  readonly command: string
  readonly target: Readonly<Record<string, unknown>> | null
  readonly heaps: readonly Readonly<Record<string, unknown>>[]
  /** The folder leakscope runs in: what names files of a checkout names them from there. */
  readonly cwd?: string
  /** The source around the places of the answer, for pages. */
  readonly excerpts?: readonly Excerpt[]
  /** Takes a part of the heap that a reader of a page can walk through; `undefined` where nothing was selected. */
  readonly explore?: () => Explorable | undefined
}

/** How the answer is shown: on a terminal or not, in colour or not, how wide. */
export interface Look {
  readonly color: boolean
  readonly width: number
  /** Of drawings; each format has a usual one. */
  readonly style?: StyleName
}

/** One way of writing a report. Pure: text in, text out; valid in its format even for an empty report. */
export interface Format {
  readonly name: string
  /** File endings that choose it, with the dot. */
  readonly endings: readonly string[]
  readonly shows: readonly Shape[]
  /** Shows nothing but the verdict and the suspects of `check` and `leaks`, so no other answer can be written this way. */
  readonly verdictOnly?: boolean
  render(report: Report, envelope: Envelope, look: Look): string | Promise<string>
}
