import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { injected, injectedCall, injectedText } from '../../src/live/injected.js'
import { nodeVersions } from '../node-versions.js'
import { temporaryFolder } from '../support/folder.js'

const folder = join(import.meta.dirname, '../../src/live/injected')
const method = (file: string): string => `(${injectedText(file)})`

/** Each expression by its name in `injected/in-vm.mjs`. */
const expressions = {
  'builtin fs': injectedCall('builtin', 'builtin', 'fs'),
  'loop turns': injectedCall('loop-turns', 'loopTurns'),
  introduce: injectedCall('introduce', 'introduce'),
  mark: injectedCall('inspector-mark', 'readMark'),
  'claim of gone': injectedCall('join-inspector', 'claimInspector', 'us', 'gone'),
  'claim of nobody': injectedCall('join-inspector', 'claimInspector', 'us', null),
  join: injectedCall('join-inspector', 'joinInspector', 'us'),
  'leave us': injectedCall('leave-inspector', 'leaveInspector', 'us', null, 'once'),
  'leave nobody': injectedCall('leave-inspector', 'leaveInspector', null, null, 'once'),
  'leave to them': injectedCall('leave-inspector', 'leaveInspector', 'us\nthem', 'them', 'once'),
  'leave twice': injectedCall('leave-inspector', 'leaveInspector', null, null, 'twice'),
  'leave otherwise': injectedCall('leave-inspector', 'leaveInspector', null, null, 'otherwise'),
  move: injectedCall('move-inspector', 'moveInspector'),
  memory: injectedCall('v8-memory', 'v8Memory'),
  available: injectedCall('available-memory', 'availableMemory'),
  'where and when': injectedCall('where-and-when', 'whereAndWhen'),
  'look at limit': injectedCall('heap-limit', 'lookAtHeapLimit'),
  'arm limit': injectedCall('heap-limit', 'armHeapLimit'),
  'may write': injectedCall('heap-limit', 'mayWrite', '/tmp'),
  'may write elsewhere': injectedCall('heap-limit', 'mayWrite', '/there/is/none'),
  'open file': injectedCall('write-snapshot', 'openFile', 'name.heapsnapshot'),
  'close file': injected('write-snapshot', 'closeFile'),
  write: injected('write-snapshot', 'writeSnapshot'),
  'fork capture': injectedCall('fork-capture', 'forkCapture'),
  'fields of': method('fields-of'),
  'names of': injected('names-of', 'namesOf'),
  'call method': method('call-method'),
  itself: method('itself'),
  'hand over': method('hand-over'),
}

test.each(nodeVersions())('what runs inside a target does what it says in $version', ({ path }) => {
  const { status, stdout } = spawnSync(path, [join(import.meta.dirname, 'injected/in-vm.mjs')], {
    input: JSON.stringify(expressions),
    encoding: 'utf8',
  })
  expect(status, stdout).toBe(0)
})

test('comments and indentation are not sent', () => {
  for (const text of [...Object.values(expressions), injectedText('passage-relay')]) {
    expect(text).not.toMatch(/^\s*\/\/|\/\*\*|^\s*\*|^[ \t]/m)
  }
})

test('every file is among the tested ones', () => {
  const files = readdirSync(folder).filter(name => name.endsWith('.js'))
  const run = Object.values(expressions).join('\n')
  const missing = files.filter(name => !run.includes(injectedText(name.slice(0, -'.js'.length))))
  expect(missing).toEqual(['passage-relay.js'])
})

// With the Node.js that leakscope runs on.
test('a relay leads to a port, and its folder is removed with it', async () => {
  const TMPDIR = temporaryFolder()
  const server = createServer(socket => socket.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const relay = spawn(process.execPath, ['-e', injectedText('passage-relay')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '', TMPDIR },
  })
  try {
    await once(relay, 'message')
    relay.send({ to: 'there', host: '127.0.0.1', port })
    const [{ to, path }] = (await once(relay, 'message')) as [{ to: string; path: string }]
    expect([to, dirname(dirname(path))]).toEqual(['there', TMPDIR])
    const [said] = await once(createConnection(path), 'data')
    expect(String(said)).toBe('hello')
    relay.disconnect()
    await once(relay, 'exit')
    expect(existsSync(dirname(path))).toBe(false)
  } finally {
    relay.kill('SIGKILL')
    server.close()
  }
})
