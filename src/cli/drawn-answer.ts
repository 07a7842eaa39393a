import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { writePrivately } from '../private-file.js'
import { dot } from '../render/dot.js'
import type { StyleName } from '../render/dot-style.js'
import { drawn } from '../render/drawn.js'
import type { Envelope } from '../render/format.js'
import { imageKind } from '../render/image.js'
import { writePicture } from '../render/picture-file.js'
import { plain } from '../render/plain-text.js'
import { findViewer } from '../render/viewer.js'
import type { Drawing, Report } from '../report/report.js'
import type { Io } from './io.js'

/** Writes a drawing to a new .dot file in the temporary folder, and shows it if there is a viewer and a terminal. */
export async function drawAsObjgraph(
  report: Report,
  envelope: Envelope,
  io: Io,
  style: StyleName = 'objgraph',
): Promise<void> {
  const path = join(tmpdir(), `leakscope-${randomBytes(6).toString('hex')}.dot`)
  writePrivately(path, await dot.render(report, envelope, { color: false, width: 80, style }))
  writeGraph(path, drawn(report), io)
  const viewer = io.stdout.isTTY ? findViewer(io.env) : undefined
  if (viewer === undefined) return
  io.stdout.write('Spawning graph viewer (xdot)\n')
  const spawned = spawn(viewer.command, [...viewer.args, path], { detached: true, stdio: 'ignore' })
  spawned.on('error', error => io.stderr.write(`xdot could not be started: ${plain(error.message)}\n`))
  spawned.unref()
}

/** Writes a drawing in a format that needs an installed Graphviz; a failure leaves nothing behind. Errors: OUTPUT. */
export async function drawImage(
  report: Report,
  envelope: Envelope,
  output: string,
  io: Io,
  style: StyleName = 'modern',
): Promise<void> {
  const text = await dot.render(report, envelope, { color: false, width: 80, style })
  await writePicture(text, imageKind(output)!, resolve(io.cwd, output), io.signal)
  io.stdout.write(`Image generated as ${output}\n`)
}

/** Reports a drawing in a file, in objgraph's wording. */
export const writeGraph = (path: string, drawing: Drawing, io: Io): void => {
  io.stdout.write(`Graph written to ${path} (${drawing.nodes.length} nodes)\n`)
}
