import { join } from 'node:path'
import { appendPrivately, readRegularFile } from '../../private-file.js'
import { holdOwnFolder } from '../../private-folder.js'
import type { Io } from '../io.js'

/** Lines typed at earlier prompts, and a way to keep further ones. */
export interface History {
  /** The newest first, as `readline` wants them. */
  readonly lines: readonly string[]
  keep(line: string): void
}

const MOST = 1000

/**
 * The history of the prompt: `leakscope/history` in the user's folder for such things (XDG_STATE_HOME, else `~/.local/state`), for
 * the user's eyes only. Where it cannot be read or written there is none, and nobody is bothered with it.
 */
export function history({ env }: Pick<Io, 'env'>): History {
  const home = env.XDG_STATE_HOME || (env.HOME && join(env.HOME, '.local', 'state'))
  if (!home) return { lines: [], keep: () => {} }
  const folder = join(home, 'leakscope')
  return {
    lines: readLines(join(folder, 'history')),
    keep(line) {
      if (line.trim() === '') return
      try {
        using held = holdOwnFolder(folder)
        appendPrivately(held.at('history'), `${line}\n`)
      } catch {
        // A home that cannot be written to is no reason not to answer.
      }
    },
  }
}

function readLines(path: string): string[] {
  const text = readRegularFile(path, 2 ** 24)?.toString('utf8') ?? ''
  return text.split('\n').filter(Boolean).slice(-MOST).reverse()
}
