import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { LeakscopeError } from '../errors.js'
import { FONT } from './dot-style.js'
import { layOutWithDot } from './image.js'

/**
 * Draws a dot text as SVG with the WebAssembly build of Graphviz, which needs no installation. Every layout runs in its
 * own worker thread, which can be terminated: a layout may never end, and an error can corrupt the engine. Takes about
 * 0.3 s for the engine and 0.5 s for 200 nodes; hundreds of edges across a drawing take minutes, hence the limit in
 * milliseconds.
 *
 * If the engine fails, an installed Graphviz is tried. Errors: OUTPUT when that fails too, or when the limit is
 * exceeded.
 */
export async function layOut(dotText: string, limit = 30_000): Promise<string> {
  try {
    return drawnIn(FONT, await inThread({ engine: engine(), dotText: measuredIn(WIDEST, dotText) }, limit))
  } catch (reason) {
    if (reason instanceof LeakscopeError) throw reason
    return await layOutWithDot(dotText, limit).catch(() => {
      throw gaveUp(reason)
    })
  }
}

// The engine has no fonts, only a table of widths, in which it treats a list of font names as Times: boxes would be too
// narrow. Measured with the widest font that a browser may substitute, they are wide enough for all.
const WIDEST = 'DejaVu Sans'

// In labels quotes are escaped: neither pattern is found there.
const measuredIn = (font: string, dotText: string): string =>
  dotText.replaceAll(`fontname = "${FONT}"`, `fontname = "${font}"`)

const drawnIn = (font: string, svg: string): string =>
  svg.replaceAll(`font-family="${WIDEST}"`, `font-family="${font}"`)

async function inThread(workerData: object, limit: number): Promise<string> {
  const { Worker } = await import('node:worker_threads')
  // Isolated from the program that we may run inside: without its loaders and streams (Graphviz prints warnings).
  const worker = new Worker(DRAW, { eval: true, workerData, execArgv: [], stdout: true, stderr: true })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<string>((resolve, reject) => {
      timer = setTimeout(() => reject(tooSlow(limit)), limit)
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', code => reject(new Error(`its thread ended with code ${code}`)))
    })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

// Resolved here, because a thread made from a string has no file to resolve from.
const engine = (): string => pathToFileURL(createRequire(import.meta.url).resolve('@hpcc-js/wasm-graphviz')).href

const DRAW = `
const { parentPort, workerData: { engine, dotText } } = require('node:worker_threads')
import(engine).then(async ({ Graphviz }) => parentPort.postMessage((await Graphviz.load()).layout(dotText, 'svg', 'dot')))
`

function tooSlow(limit: number): LeakscopeError {
  return new LeakscopeError('OUTPUT', `drawing took longer than ${limit / 1000} s: too many edges cross`, {
    hint: 'Draw less with a lower --max-depth or --too-many, or write a .dot file and lay it out with `sfdp -Tsvg`.',
  })
}

function gaveUp(cause: unknown): LeakscopeError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new LeakscopeError('OUTPUT', `Graphviz could not draw this: ${reason}`, {
    hint: 'Write a .dot file instead, or draw less with a lower --max-depth or --too-many.',
    cause,
  })
}
