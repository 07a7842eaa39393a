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
  [['--inspect-port', '127.0.0.1:9555', 'app.js'], 9555, false],
  [['--inspect_port=9555'], 9555, false],
  [['--inspect-brk=0', '--inspect-publish-uid=http'], 0, true],
  [['-r', './first.js', '--inspect'], 9229, true],
  [['app.js', '--inspect=9555'], 9229, false],
  [['-e', 'code', '--inspect'], 9229, true],
  [['-e', 'code', 'word', '--inspect'], 9229, false],
  [['--', 'app.js', '--inspect'], 9229, false],
])('%j opens the inspector at port %d, from the start: %j', (options, port, fromStart) =>
  expect(told(...options)).toEqual({ port, fromStart }),
)
