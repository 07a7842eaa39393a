import { extname } from 'node:path'
import { promisify } from 'node:util'
import { LeakscopeError } from '../errors.js'
import { plain } from './plain-text.js'

/** The picture formats that need an installed Graphviz; our WebAssembly build cannot write them. */
export type ImageKind = 'png' | 'pdf'

export const imageKinds: readonly ImageKind[] = ['png', 'pdf']

/** The picture format of a file's extension; undefined for a text format. */
export function imageKind(path: string): ImageKind | undefined {
  return imageKinds.find(kind => extname(path).toLowerCase() === `.${kind}`)
}

/**
 * Renders a dot text as a picture with the `dot` on the PATH. Errors: OUTPUT when there is none, when it fails, or when
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
  // A `dot` that ends early closes its input: its exit code gives the reason, not the broken pipe.
  running.child.stdin!.on('error', () => {}).end(dotText)
  try {
    return (await running).stdout
  } catch (cause) {
    throw notDrawn(cause as Failure, limit)
  }
}

/** The error of execFile: `code` is the exit code, or a string when the program could not be started. */
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
