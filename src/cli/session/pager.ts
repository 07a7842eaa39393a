import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import type { Io, Screen } from '../io.js'

/** An answer that is buffered until it is complete. */
export interface Paged {
  /** The stream for verbs, which looks like a terminal to them. */
  readonly stdout: Screen
  /** Messages after the start of an answer appear below it; progress is shown at once. */
  readonly stderr: Screen
  /** Shows the answer, through a pager if it is longer than the screen. Only the first call has an effect. */
  show(): Promise<void>
}

/**
 * Buffers an answer of a session; one longer than the screen goes through `$LEAKSCOPE_PAGER`, `$PAGER` or `less`; an
 * empty variable or `cat` disables this. `around` releases the terminal for the pager and takes it back.
 */
export function paged({ stdout, stderr, env }: Io, around: (work: () => Promise<void>) => Promise<void>): Paged {
  const parts: Buffer[] = []
  const after: Buffer[] = []
  const show = async (): Promise<void> => {
    const text = Buffer.concat(parts.splice(0))
    const command = env.LEAKSCOPE_PAGER ?? env.PAGER ?? 'less'
    const rows = (stdout as { readonly rows?: number }).rows ?? 0
    if (rows === 0 || command.trim() === '' || command.trim() === 'cat' || linesIn(text) < rows) {
      stdout.write(text)
      return
    }
    let shown = false
    await around(async () => {
      shown = await through(command, text, env)
    })
    if (!shown) stdout.write(text)
  }
  return {
    stdout: screen(stdout, part => void parts.push(part)),
    // Progress lines begin with a carriage return.
    stderr: screen(stderr, part => {
      if (parts.length > 0 && part[0] !== 0x0d) after.push(part)
      else stderr.write(part)
    }),
    async show() {
      await show()
      for (const part of after.splice(0)) stderr.write(part)
    },
  }
}

const screen = ({ isTTY = false, columns = 80 }: Screen, take: (part: Buffer) => void): Screen =>
  Object.assign(
    new Writable({
      write(part: Buffer, _encoding, done) {
        take(Buffer.from(part))
        done()
      },
    }),
    { isTTY, columns },
  )

function linesIn(text: Buffer): number {
  let lines = 0
  for (const byte of text) if (byte === 10) lines++
  return lines
}

/** Whether the pager started and exited successfully. */
async function through(command: string, text: Buffer, env: Io['env']): Promise<boolean> {
  // As in git: less exits if everything fits, keeps colours, and leaves the answer on the screen.
  const options = { LESS: 'FRX', ...env }
  const pager = spawn(command, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: options as NodeJS.ProcessEnv,
  })
  // Quitting the pager early is not an error.
  pager.stdin!.on('error', () => {})
  pager.stdin!.end(text)
  try {
    const [code] = (await once(pager, 'exit')) as [number | null]
    return code === 0
  } catch {
    return false
  }
}
