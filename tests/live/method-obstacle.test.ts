import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { methodObstacle } from '../../src/live/capture/method-obstacle.js'
import { processFacts } from '../../src/live/linux/facts.js'
import { hasAddon, unlessAddon } from './addon.js'

const how = (way: 'fork' | 'file' | 'inspector', options: readonly string[]) =>
  methodObstacle(
    way,
    { ...processFacts(process.pid)!, commandLine: ['node', ...options] },
    join('/var/snapshots', 'x.heapsnapshot'),
  )
const noWrite = 'it was started with --permission and without --allow-fs-write'
const notCovered = (folder: string) =>
  `it was started with --permission, and its --allow-fs-write does not cover ${folder}`

test.runIf(hasAddon).each([
  [['app.js'], undefined],
  [['app.js', '--permission', '--no-addons'], undefined],
  [['--no-addons'], 'it was started with --no-addons'],
  [['--permission'], 'it was started with --permission and without --allow-addons'],
  [['--permission', '--allow-addons'], noWrite],
  [['--permission', '--allow-addons', `--allow-fs-write=${tmpdir()}`], notCovered('/proc/self/fd')],
  [['--permission', '--allow-addons', '--allow-fs-write=/proc/self/fd'], undefined],
  [['--experimental-permission', '--allow-addons', '--allow-fs-write=*'], undefined],
])(`%j: by fork ${unlessAddon}`, (options, obstacle) => expect(how('fork', options)).toBe(obstacle))

test.each([
  [['app.js'], undefined],
  [['--no-addons'], undefined],
  [['--permission'], noWrite],
  [['--permission', '--allow-fs-write=/tmp'], notCovered('/var/snapshots')],
  [['--permission', '--allow-fs-write=/var/snap'], notCovered('/var/snapshots')],
  [['--permission', '--allow-fs-write=/var/snapshots/*'], undefined],
  [['--permission', '--allow-fs-write=/var/snap*'], undefined],
  [['--permission', '--allow-fs-write=/tmp', '--allow-fs-write=/var/'], undefined],
  [['--permission', '--allow-fs-write=/tmp,/var'], undefined],
  [['--permission', '--allow-fs-write', '*'], undefined],
])('%j: by file', (options, obstacle) => expect(how('file', options)).toBe(obstacle))

test('through the inspector nothing has to be written', () =>
  expect(how('inspector', ['--permission', '--no-addons'])).toBeUndefined())
