import { expect, test } from 'vitest'
import { wayObstacle } from '../../src/live/doctor/way-obstacle.js'
import { processFacts } from '../../src/live/linux/facts.js'
import { hasAddon, unlessAddon } from './addon.js'

const forking = (...options: string[]) =>
  wayObstacle('fork', { ...processFacts(process.pid)!, commandLine: ['node', ...options] })

test.runIf(hasAddon).each([
  [['app.js'], undefined],
  [['--no-addons'], 'it was started with --no-addons'],
  [['--permission'], 'it was started with --permission and without --allow-addons'],
  [['--permission', '--allow-addons'], 'it was started with --permission and without --allow-fs-write'],
  [['--experimental-permission', '--allow-addons', '--allow-fs-write=*'], undefined],
])(`%j: by fork ${unlessAddon}`, (options, obstacle) => expect(forking(...options)).toBe(obstacle))
