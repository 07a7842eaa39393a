import { join } from 'node:path'
import { appendPrivately, readRegularFile } from '../../private-file.js'
import { holdOwnFolder } from '../../private-folder.js'
import type { Io } from '../io.js'

/** The lines typed at earlier prompts, and a function to add one. */
export interface History {
  /** Newest first, as `readline` expects them. */
  readonly lines: readonly string[]
  keep(line: string): void
}

const MOST = 1000

/**
 * The history of the prompt: `leakscope/history` in the user's state folder (XDG_STATE_HOME, else `~/.local/state`),
 * readable only by the user. If it cannot be read or written, there is silently none.
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
        // The session also works without a writable home folder.
      }
    },
  }
}

function readLines(path: string): string[] {
  const text = readRegularFile(path, 2 ** 24)?.toString('utf8') ?? ''
  return text.split('\n').filter(Boolean).slice(-MOST).reverse()
}
