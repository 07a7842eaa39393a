import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Io } from '../../src/cli/io.js'
import { main } from '../../src/cli/main.js'
import { writeSnapshot } from '../../src/snapshot/write.js'
import { draw } from '../draw.js'

/** The output of a command line and its exit code. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A folder in which `leakscope` runs, in this process. Disposing of it removes the folder. */
export interface World extends Disposable {
  readonly folder: string
  /** Writes a drawn heap (see tests/draw.ts) as a snapshot file and returns its name. */
  heap(name: string, drawing: string): string
  /** Runs a command line with the given `stdin`. */
  run(
    args: readonly string[],
    options?: { stdin?: string | Buffer; signal?: AbortSignal; env?: Io['env'] },
  ): Promise<Ran>
}

export function world(): World {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-cli-'))
  return {
    folder,
    heap(name, drawing) {
      writeFileSync(join(folder, name), [...writeSnapshot(draw(drawing).graph)].join(''))
      return join(folder, name)
    },
    async run(args, { stdin = '', signal = new AbortController().signal, env = {} } = {}) {
      const [stdout, stderr, input] = [new PassThrough(), new PassThrough(), new PassThrough()]
      input.end(stdin)
      const io: Io = { stdin: input, stdout, stderr, env: { PATH: process.env.PATH, ...env }, cwd: folder, signal }
      const code = await main(args, io)
      return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
