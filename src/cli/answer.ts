import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { LeakscopeError } from '../errors.js'
import { writePrivately } from '../private-file.js'
import type { Envelope, Format, Look } from '../render/format.js'
import { imageKind } from '../render/image.js'
import { formatForFile, formatNamed, formats } from '../render/index.js'
import { plain } from '../render/plain-text.js'
import { wordWrapped } from '../render/text-width.js'
import type { Report, Shape } from '../report/report.js'
import type { Io } from './io.js'

/** The options every command has for how its answer is written. */
export interface AnswerOptions {
  readonly output?: string
  readonly format?: string
  readonly json?: boolean
  readonly quiet?: boolean
  /** What can be drawn is written as a drawing, paths too. */
  readonly dot?: boolean
  readonly color: boolean
}

/** Adds `-o`, `--format`, `--json`, `--quiet` and `--no-color` to a command. */
export function withAnswerOptions(command: Command): Command {
  command.option('-o, --output <file>', 'write the answer to a file; its ending picks the format (- for stdout)')
  return withFormatOptions(command)
}

/** The same without `-o`, for a command that writes something else to a file. `shows` leaves out formats that cannot show its answer. */
export function withFormatOptions(command: Command, shows?: Shape): Command {
  const fitting = formats.filter(format => shows === undefined || format.shows.includes(shows))
  return command
    .addOption(new Option('--format <name>', 'the format of the answer').choices(fitting.map(format => format.name)))
    .addOption(new Option('--json', 'short for --format json').conflicts('format'))
    .option('-q, --quiet', 'no progress and no notes')
    .option('--no-color', 'no colour, also on a terminal')
}

/**
 * Writes a report as asked: to stdout as text, in the format named, or to a file by its ending. A drawing that is not asked for in a
 * format becomes a .dot file, as objgraph does it. Notes go to stderr. Errors: USAGE, OUTPUT.
 */
export async function answer(report: Report, envelope: Envelope, options: AnswerOptions, io: Io): Promise<void> {
  if (
    options.output === undefined &&
    options.format === undefined &&
    !options.json &&
    (isDrawing(report) || options.dot)
  ) {
    const { drawAsObjgraph } = await import('./drawn-answer.js')
    await drawAsObjgraph(report, envelope, io)
  } else if (imageKind(options.output ?? '') !== undefined) {
    const { drawImage } = await import('./drawn-answer.js')
    await drawImage(report, envelope, options.output!, io)
  } else {
    await writeAnswer(report, envelope, options, io)
  }
  if (!options.quiet) tellNotes(report.notes, io)
}

/** Writes what people should know to stderr, one line each; on a terminal broken between words. */
export function tellNotes(notes: readonly string[], io: Io): void {
  const width = io.stderr.isTTY ? io.stderr.columns || 80 : Number.POSITIVE_INFINITY
  for (const note of notes) io.stderr.write(`${wordWrapped(plain(note), width).join('\n')}\n`)
}

/** How text may look in this world: colour only on a terminal, unless the user decided otherwise. */
export function lookOf(options: { readonly color: boolean }, io: Io): Look {
  const forced = io.env.FORCE_COLOR !== undefined && io.env.FORCE_COLOR !== '0'
  const terminal = io.stdout.isTTY === true && io.env.TERM !== 'dumb' && !io.env.NO_COLOR
  // Cut to the width of a terminal (0 where nobody set one); whoever reads a pipe wants it whole.
  return { color: options.color && (forced || terminal), width: io.stdout.isTTY ? io.stdout.columns || 80 : 10_000 }
}

async function writeAnswer(report: Report, envelope: Envelope, options: AnswerOptions, io: Io): Promise<void> {
  const toFile = options.output !== undefined && options.output !== '-'
  const format = chooseFormat(options)
  const canShow = report.sections.length === 0 || report.sections.some(section => format.shows.includes(section.shape))
  if (!canShow) {
    throw new LeakscopeError('USAGE', `${envelope.command} has nothing that can be shown as ${format.name}`, {
      hint: `Choose another format: ${formatsShowing(report).join(', ')}.`,
    })
  }
  const text = await format.render(report, envelope, toFile ? { color: false, width: 10_000 } : lookOf(options, io))
  if (!toFile) io.stdout.write(text)
  else {
    writePrivately(resolve(io.cwd, options.output!), text)
    const drawing = report.sections.find(section => section.shape === 'drawing')
    if (drawing !== undefined && format.shows.includes('drawing')) {
      const { tellGraph } = await import('./drawn-answer.js')
      tellGraph(options.output!, drawing, io)
    } else if (!options.quiet) io.stderr.write(`Written to ${options.output}\n`)
  }
}

function chooseFormat(options: AnswerOptions): Format {
  if (options.json) return formatNamed('json')
  if (options.format !== undefined) return formatNamed(options.format)
  if (options.output !== undefined && options.output !== '-') return formatForFile(options.output)
  return formatNamed('text')
}

const formatsShowing = (report: Report): string[] =>
  formats
    .filter(format => report.sections.some(section => format.shows.includes(section.shape)))
    .map(({ name }) => name)

const isDrawing = (report: Report): boolean =>
  report.sections.length > 0 && report.sections.every(section => section.shape === 'drawing')
