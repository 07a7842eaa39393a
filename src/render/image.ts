import { extname } from 'node:path'
import { promisify } from 'node:util'
import { LeakscopeError } from '../errors.js'
import { plain } from './plain-text.js'

/** The pictures that only an installed Graphviz makes; our own WebAssembly build has no pixels. */
export type ImageKind = 'png' | 'pdf'

export const imageKinds: readonly ImageKind[] = ['png', 'pdf']

/** The picture a file's ending asks for, undefined where it asks for a format of text. */
export function imageKind(path: string): ImageKind | undefined {
  return imageKinds.find(kind => extname(path).toLowerCase() === `.${kind}`)
}

/**
 * Turns a dot text into the bytes of a picture, with the `dot` on the PATH. Throws OUTPUT when there is none, when it refuses, or when
 * it takes longer than `limit` milliseconds.
 */
export async function renderWithDot(dotText: string, kind: ImageKind, limit = 60_000): Promise<Buffer> {
  return runDot([`-T${kind}`], dotText, limit)
}

/** As `layOut`, with the installed Graphviz. */
export async function layOutWithDot(dotText: string, limit = 60_000): Promise<string> {
  return (await runDot(['-Tsvg'], dotText, limit)).toString('utf8')
}

async function runDot(args: readonly string[], dotText: string, limit: number): Promise<Buffer> {
  const { execFile } = await import('node:child_process')
  const options = { timeout: limit, killSignal: 'SIGKILL', maxBuffer: Infinity, encoding: 'buffer' } as const
  const running = promisify(execFile)('dot', args, options)
  // A dot that ends early closes its input: its exit tells why, not the broken pipe.
  running.child.stdin!.on('error', () => {}).end(dotText)
  try {
    return (await running).stdout
  } catch (cause) {
    throw notDrawn(cause as Failure, limit)
  }
}

/** What execFile rejects with: `code` is the exit code, or a word where the program could not be started. */
type Failure = Error & { readonly code?: number | string; readonly killed?: boolean; readonly stderr?: Buffer }

function notDrawn(cause: Failure, limit: number): LeakscopeError {
  if (cause.code === 'ENOENT') {
    return new LeakscopeError('OUTPUT', 'this picture needs Graphviz, and there is no `dot` on the PATH', {
      hint: 'Install Graphviz (https://graphviz.org/download), or write an .svg, which needs nothing.',
      cause,
    })
  }
  const reason = cause.killed
    ? `took longer than ${limit / 1000} s`
    : `failed: ${plain((cause.stderr?.toString('utf8') || cause.message).trim())}`
  return new LeakscopeError('OUTPUT', `Graphviz's dot ${reason}`, {
    hint: 'Draw less with a lower --max-depth or --too-many, or write a .dot file.',
    cause,
  })
}
