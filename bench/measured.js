import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs a command and returns its elapsed seconds, its seconds of processor time, its peak resident memory in bytes, and the last line of
 * its stdout. Uses GNU time, since Node.js does not report the cost of a child.
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
    if (error?.code === 'ENOENT') throw new Error('/usr/bin/time is missing; GNU time is in the package `time`')
    if (status !== 0) return { failure: reason(stderr) || `exit code ${status}` }
    const [wall, user, system, kilobytes] = lastLine(readFileSync(file, 'utf8')).split(' ').map(Number)
    return { wall, cpu: user + system, rss: kilobytes * 1024, said: lastLine(stdout ?? '') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// The first line with an error, else the last; without paths of this machine.
const reason = text =>
  (/^.*(?:Error|not found|FATAL).*$/m.exec(text)?.[0] ?? lastLine(text))
    .replace(/ \(required by .*\)/, '')
    .replace(/\/\S*\//g, '')

const lastLine = text => text.trimEnd().split('\n').at(-1)

/** The median; of an even count, the lower of the two middle numbers. */
export const median = numbers => numbers.toSorted((a, b) => a - b)[(numbers.length - 1) >> 1]
