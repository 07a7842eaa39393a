import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { receive } from '../../src/live/capture/fork/child.js'
import { processFacts } from '../../src/live/linux/facts.js'

/** The recorded end of a process that writes a refusal into a pipe, like a child that walks a heap. */
async function ended(refusal: object): Promise<unknown> {
  const says = JSON.stringify(`LSHEAP\n\u0001X${'\u0000'.repeat(4)}${JSON.stringify(refusal)}`)
  const program = `process.stdin.once('data', () => { require('fs').writeSync(1, Buffer.from(${says}, 'latin1')); process.exit() })`
  // A shell creates a kernel pipe; Node.js would create a socket.
  const shell = spawn(
    'sh',
    ['-c', 'exec 3<&0; sh -c \'echo $$ >&2; exec "$0" -e "$1" <&3\' "$0" "$1" | sleep 20', process.execPath, program],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    },
  )
  onTestFinished(() => void process.kill(-shell.pid!, 'SIGKILL'))
  const [pid] = (await once(shell.stderr, 'data')).map(Number) as [number]
  await expect
    .poll(() => processFacts(pid)?.commandLine.includes('-e') && processFacts(pid)?.commandLine[0])
    .toBe(process.execPath)
  const end = receive({ pid, startTicks: processFacts(pid)!.startTicks }, 1, { write() {} } as never, {
    name: 'process 1',
    signal: new AbortController().signal,
    most: 1e6,
    writes: 'records',
    begin: () => void shell.stdin.write('go\n'),
    progress() {},
  })
  return end
}

test.runIf(process.platform === 'linux')(
  'a child that found the heap in the middle of a change is followed by another, and one that knows no symbol by none',
  async () => {
    expect(await ended({ refused: 'torn-roots', message: 'its roots refer to what is no object' })).toEqual({
      how: 'disturbed',
      why: 'its roots refer to what is no object',
    })
    expect(await ended({ refused: 'no-object', message: 'no object', detail: 'JS_MAP_TYPE' })).toEqual({
      how: 'disturbed',
      why: 'no object: JS_MAP_TYPE',
    })
    expect(await ended({ refused: 'symbol-missing', message: 'missing', detail: 'x' })).toEqual({
      how: 'refused',
      why: 'missing: x',
    })
  },
)
