import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs a command to its end and tells what it took: seconds on the clock, seconds of processor, and the most memory it had resident, in
 * bytes. By GNU time, since Node.js cannot tell what a child took. What it wrote to stdout is thrown away but for the last line.
 */
export function measured([command, ...words]) {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-bench-'))
  const file = join(folder, 'time')
  try {
    const { status, stdout, stderr, error } = spawnSync(
      '/usr/bin/time',
      ['-f', '%e %U %S %M', '-o', file, command, ...words],
      {
        encoding: 'utf8',
        stdio: ['ignore', command === 'cat' ? 'ignore' : 'pipe', 'pipe'],
        maxBuffer: Infinity,
      },
    )
    if (error?.code === 'ENOENT') throw new Error('there is no /usr/bin/time here; GNU time is in the package `time`')
    if (status !== 0) return { failure: reason(stderr) || `exit code ${status}` }
    const [wall, user, system, kilobytes] = lastLine(readFileSync(file, 'utf8')).split(' ').map(Number)
    return { wall, cpu: user + system, rss: kilobytes * 1024, said: lastLine(stdout ?? '') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// The first line that names an error, else the last; without the paths of this machine.
const reason = text =>
  (/^.*(?:Error|not found|FATAL).*$/m.exec(text)?.[0] ?? lastLine(text))
    .replace(/ \(required by .*\)/, '')
    .replace(/\/\S*\//g, '')

const lastLine = text => text.trimEnd().split('\n').at(-1)

/** The middle of some numbers; of an even count, the lower of the two. */
export const median = numbers => numbers.toSorted((a, b) => a - b)[(numbers.length - 1) >> 1]
