import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { LeakscopeError } from '../errors.js'
import { writeOutput } from '../output-file.js'
import type { StyleName } from '../render/dot-style.js'
import type { Envelope, Format, Look } from '../render/format.js'
import { imageKind } from '../render/image.js'
import { formatForFile, formatNamed, formats } from '../render/index.js'
import { plain } from '../render/plain-text.js'
import { wordWrapped } from '../render/text-width.js'
import type { Report, Shape } from '../report/report.js'
import type { ContextWith } from './context.js'
import type { Io } from './io.js'

/** The options of every command that determine how its answer is written. */
export interface AnswerOptions {
  /** Files, `-` for stdout. */
  readonly output?: readonly string[]
  readonly format?: string
  readonly json?: boolean
  readonly quiet?: boolean
  /** Write everything that can be drawn as a drawing, including paths. */
  readonly dot?: boolean
  readonly color: boolean
  /** Show no contents of strings or source files. */
  readonly redact?: boolean
  /** The style of drawings. */
  readonly style?: StyleName
  /** If the answer goes to a file, print only the verdict's sentence on the terminal. */
  readonly brief?: boolean
}

/** Whether an answer is written as an HTML page. */
export const wantsPage = ({ format, output = [] }: AnswerOptions): boolean =>
  format === 'html' || output.some(file => /\.html?$/i.test(file))

/** Where an answer goes, and in which form. */
type Writing = Pick<ContextWith<AnswerOptions>, 'options' | 'io'>

/**
 * Adds `-o`, `--format`, `--json`, `--quiet` and `--no-color` to a command. With a `verdict` its answer can also be written for CI
 * servers.
 */
export function withAnswerOptions(command: Command, { verdict = false }: { readonly verdict?: boolean } = {}): Command {
  command.addOption(
    new Option(
      '-o, --output <file>',
      'write the answer to a file, repeatable; its ending picks the format (- for stdout)',
    ).argParser((file: string, before: readonly string[] | undefined) => [...(before ?? []), file]),
  )
  return addFormatOptions(
    command,
    formats.filter(({ verdictOnly = false }) => verdict || !verdictOnly),
  )
}

/**
 * The same without `-o`, for a command that writes something else to a file. Only formats that can show the shape
 * `shows` are offered.
 */
export const withFormatOptions = (command: Command, shows: Shape): Command =>
  addFormatOptions(
    command,
    formats.filter(format => format.shows.includes(shows)),
  )

function addFormatOptions(command: Command, fitting: readonly Format[]): Command {
  return command
    .addOption(new Option('--format <name>', 'the format of the answer').choices(fitting.map(format => format.name)))
    .addOption(new Option('--json', 'short for --format json').conflicts('format'))
    .addOption(
      new Option('--style <name>', 'how graphs look; objgraph is usual for .dot, modern for the rest').choices([
        'modern',
        'objgraph',
      ]),
    )
    .option('-q, --quiet', 'no progress and no notes')
    .option('--no-color', 'no colour, also on a terminal')
}

/**
 * Writes a report: to stdout as text or in the named format, or to files by their endings. A drawing without a
 * requested format becomes a .dot file, as in objgraph. A verdict is always printed on the terminal. Notes go to
 * stderr. Errors: USAGE, OUTPUT.
 */
export async function answer(report: Report, envelope: Envelope, context: Writing): Promise<void> {
  const { options, io } = context
  const about = { ...envelope, cwd: io.cwd }
  const { output: files = [] } = options
  const named = formatAsked(options)
  assertFormats(options)
  if (files.length === 0 && named === undefined && (isDrawing(report) || options.dot)) {
    const { drawAsObjgraph } = await import('./drawn-answer.js')
    await drawAsObjgraph(report, about, io, options.style)
  } else {
    const fileFormat = named !== undefined && isForTheLog(named) ? undefined : named
    for (const file of files) await writeAnswer(report, about, { file, named: fileFormat }, context)
    const onScreen = files.length === 0 || named !== fileFormat
    if (onScreen) await writeAnswer(report, about, { file: '-', named }, context)
    if (report.findings?.verdict !== undefined) await writeVerdict(report, about, context)
    if (onScreen && named === undefined) return writeRest(report, context)
  }
  if (!options.quiet) writeNotes(report.notes, io)
}

/** Throws USAGE if the formats and files do not fit together: commands that take minutes check this first. */
export function assertFormats(options: Pick<AnswerOptions, 'output' | 'format' | 'json'>): void {
  const { output: files = [] } = options
  const named = formatAsked(options)
  if (named !== undefined && !isForTheLog(named)) {
    if (files.length < 2) return
    throw new LeakscopeError('USAGE', `${named.name} is one format, and there are ${files.length} files`, {
      hint: 'Leave out --format: the endings of the files determine their formats.',
    })
  }
  for (const file of files) if (file !== '-') formatForFile(file)
}

/**
 * Prints the notes, and repeats the verdict if the answer is longer than the terminal, so that it is in view at the
 * end.
 */
async function writeRest(report: Report, { options, io }: Writing): Promise<void> {
  if (options.quiet) return
  writeNotes(report.notes, io)
  const { rows = 0, isTTY = false } = io.stdout as Io['stdout'] & { readonly rows?: number }
  if (report.findings?.verdict === undefined || report.headline === undefined || !isTTY || rows === 0) return
  const look = lookOf(options, io)
  const text = await formatNamed('text').render(report, { command: '', target: null, heaps: [] }, look)
  const notes = report.notes.flatMap(note => wordWrapped(plain(note), look.width))
  if (text.split('\n').length + notes.length < rows) return
  const alone = { ...report, sections: [] }
  io.stdout.write(`\n${await formatNamed('text').render(alone, { command: '', target: null, heaps: [] }, look)}`)
}

/** Writes a report to files by their endings, and prints nothing. Errors: USAGE, OUTPUT. */
export async function writeFiles(report: Report, envelope: Envelope, files: readonly string[], io: Io): Promise<void> {
  const context: Writing = { options: { color: false, quiet: true }, io }
  for (const file of files) await writeAnswer(report, envelope, { file }, context)
}

/** Writes notes to stderr, one line each; on a terminal, wrapped between words. */
export function writeNotes(notes: readonly string[], io: Io): void {
  const width = io.stderr.isTTY ? io.stderr.columns || 80 : Number.POSITIVE_INFINITY
  for (const note of notes) io.stderr.write(`${wordWrapped(plain(note), width).join('\n')}\n`)
}

/** Colour and width of text: colour only on a terminal, unless the user decided otherwise. */
export function lookOf(options: { readonly color: boolean }, io: Io): Look {
  const forced = io.env.FORCE_COLOR !== undefined && io.env.FORCE_COLOR !== '0'
  const terminal = io.stdout.isTTY === true && io.env.TERM !== 'dumb' && !io.env.NO_COLOR
  // Cut to the terminal's width (0 if unset); a pipe gets complete lines.
  return { color: options.color && (forced || terminal), width: io.stdout.isTTY ? io.stdout.columns || 80 : 10_000 }
}

async function writeAnswer(
  report: Report,
  envelope: Envelope,
  { file, named }: { readonly file: string; readonly named?: Format | undefined },
  context: Writing,
): Promise<void> {
  const { options, io } = context
  if (imageKind(file) !== undefined) {
    const { drawImage } = await import('./drawn-answer.js')
    return drawImage(report, envelope, file, io, options.style)
  }
  const format = named ?? (file === '-' ? formatNamed('text') : formatForFile(file))
  if (!canShow(report, format)) {
    throw new LeakscopeError('USAGE', `${envelope.command} has nothing that can be shown as ${format.name}`, {
      hint: `Choose another format: ${formatsShowing(report).join(', ')}.`,
    })
  }
  const { style } = options
  const plainLook: Look = file === '-' ? lookOf(options, io) : { color: false, width: 10_000 }
  const look = style === undefined ? plainLook : { ...plainLook, style }
  const text = await format.render(report, await withExcerpts(report, envelope, format, context), look)
  if (file === '-') {
    io.stdout.write(text)
    if (isForTheLog(format)) await (await import('./github-log.js')).appendJobSummary(report, envelope, io)
    return
  }
  await writeOutput(resolve(io.cwd, file), text, io.signal)
  const drawing = report.sections.find(section => section.shape === 'drawing')
  if (drawing !== undefined && format.shows.includes('drawing')) {
    const { writeGraph } = await import('./drawn-answer.js')
    writeGraph(file, drawing, io)
  } else if (!options.quiet) io.stderr.write(`Written to ${file}\n`)
}

/** Adds the source around the locations in the report, for a page. */
async function withExcerpts(
  report: Report,
  envelope: Envelope,
  format: Format,
  { options, io }: Writing,
): Promise<Envelope> {
  if (format.name !== 'html' || options.redact === true) return envelope
  const { sourceExcerpts } = await import('./source-excerpts.js')
  return { ...envelope, excerpts: sourceExcerpts(report, io.cwd) }
}

/**
 * Prints the verdict if stdout does not already have it as text: on stdout if that is unused, otherwise its sentence on
 * stderr.
 */
async function writeVerdict(report: Report, envelope: Envelope, { options, io }: Writing): Promise<void> {
  const { output: files = [] } = options
  const named = formatAsked(options)
  const onStdout = files.length === 0 || files.includes('-') || (named !== undefined && isForTheLog(named))
  if (onStdout && named === undefined) return
  if (onStdout && !isForTheLog(named!)) {
    if (named!.name !== 'text' && !options.quiet) io.stderr.write(`${plain(report.headline ?? report.title)}\n`)
    return
  }
  const text =
    options.quiet || options.brief === true
      ? `${plain(report.headline ?? report.title)}\n`
      : await formatNamed('text').render(report, envelope, lookOf(options, io))
  io.stdout.write(io.env.GITHUB_ACTIONS === 'true' ? (await import('./github-log.js')).withoutCommands(text) : text)
}

function formatAsked(options: Pick<AnswerOptions, 'format' | 'json'>): Format | undefined {
  if (options.json) return formatNamed('json')
  return options.format === undefined ? undefined : formatNamed(options.format)
}

// GitHub reads annotations from the job's log, not from a file.
const isForTheLog = ({ name }: Format): boolean => name === 'github'

const canShow = ({ sections, findings }: Report, { shows, verdictOnly = false }: Format): boolean =>
  verdictOnly
    ? findings?.verdict !== undefined
    : sections.length === 0 || sections.some(section => shows.includes(section.shape))

const formatsShowing = (report: Report): string[] =>
  formats.filter(format => canShow(report, format)).map(({ name }) => name)

const isDrawing = (report: Report): boolean =>
  report.sections.length > 0 && report.sections.every(section => section.shape === 'drawing')
