import { appendFileSync, chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
  const path = join(home, 'leakscope', 'history')
  return {
    lines: readLines(path),
    keep(line) {
      if (line.trim() === '') return
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
        appendFileSync(path, `${line}\n`, { mode: 0o600 })
        chmodSync(path, 0o600)
      } catch {
        // A home that cannot be written to is no reason not to answer.
      }
    },
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean).slice(-MOST).reverse()
  } catch {
    return []
  }
}
