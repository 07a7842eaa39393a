import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { LeakscopeError } from '../errors.js'
import { isReplaceable, writePrivately } from '../private-file.js'
import { dot } from '../render/dot.js'
import { drawn } from '../render/drawn.js'
import type { Envelope } from '../render/format.js'
import { imageKind, renderWithDot } from '../render/image.js'
import { plain } from '../render/plain-text.js'
import { findViewer } from '../render/viewer.js'
import type { Drawing, Report } from '../report/report.js'
import type { Io } from './io.js'

/** Writes a drawing to a .dot file of its own in the folder for temporary files, and shows it where a viewer and a terminal are. */
export async function drawAsObjgraph(report: Report, envelope: Envelope, io: Io): Promise<void> {
  const path = join(tmpdir(), `leakscope-${randomBytes(6).toString('hex')}.dot`)
  writePrivately(path, await dot.render(report, envelope, { color: false, width: 80 }))
  tellGraph(path, drawn(report), io)
  const viewer = io.stdout.isTTY ? findViewer(io.env) : undefined
  if (viewer === undefined) return
  io.stdout.write('Spawning graph viewer (xdot)\n')
  const spawned = spawn(viewer.command, [...viewer.args, path], { detached: true, stdio: 'ignore' })
  spawned.on('error', error => io.stderr.write(`xdot could not be started: ${plain(error.message)}\n`))
  spawned.unref()
}

/** Writes a drawing as a picture that only an installed Graphviz makes; a failure leaves nothing behind. Errors: OUTPUT. */
export async function drawImage(report: Report, envelope: Envelope, output: string, io: Io): Promise<void> {
  const path = resolve(io.cwd, output)
  const temporary = `${path}.${process.pid}.tmp`
  if (!isReplaceable(path)) {
    throw new LeakscopeError('OUTPUT', `${output} is there and is no regular file`, { hint: 'Name another file.' })
  }
  try {
    await renderWithDot(await dot.render(report, envelope, { color: false, width: 80 }), imageKind(output)!, temporary)
    chmodSync(temporary, 0o600)
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
  io.stdout.write(`Image generated as ${output}\n`)
}

/** Tells of a drawing in a file, in objgraph's words. */
export const tellGraph = (path: string, drawing: Drawing, io: Io): void => {
  io.stdout.write(`Graph written to ${path} (${drawing.nodes.length} nodes)\n`)
}
