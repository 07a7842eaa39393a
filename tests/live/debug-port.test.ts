import { expect, test } from 'vitest'
import { debugPortOf } from '../../src/live/linux/debug-port.js'
import { processFacts } from '../../src/live/linux/facts.js'

const told = (...options: string[]) => debugPortOf({ ...processFacts(process.pid)!, commandLine: ['node', ...options] })

test.skipIf(process.platform !== 'linux').each([
  [[], 9229, false],
  [['--inspect'], 9229, true],
  [['--inspect=9555'], 9555, true],
  [['--inspect=127.0.0.1:9555'], 9555, true],
  [['--inspect=127.0.0.1'], 9229, true],
  [['--inspect=[::1]:0'], 0, true],
  [['--inspect=localhost'], 9229, true],
  [['--inspect-port=0'], 0, false],
  [['--inspect-brk=0', '--inspect-publish-uid=http'], 0, true],
])('%j opens the inspector at port %d, from the start: %j', (options, port, fromStart) =>
  expect(told(...options)).toEqual({ port, fromStart }),
)
