// Runs the code that leakscope evaluates in a target in contexts of `node:vm`, on the current Node.js. Reads the expressions from stdin and
// attaches to no process.
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import test from 'node:test'
import { createContext, runInContext } from 'node:vm'

const expressions = JSON.parse(readFileSync(0, 'utf8'))
const require = createRequire(import.meta.url)
const MARK = Symbol.for('leakscope.inspector')

/** The value of an expression in a context with these globals. A function is called with `given`. */
const run = (name, globals, ...given) => {
  assert.ok(name in expressions, name)
  const context = createContext(globals)
  const value = runInContext(expressions[name], context)
  return given.length > 0 ? value(...given) : value
}
/** Values of a context are from another realm: compared as JSON. */
const same = (value, expected) => assert.equal(JSON.stringify(value), JSON.stringify(expected))

test('a module comes from whichever way the program has left', () => {
  const fs = require('node:fs')
  const ways = [
    { process: { getBuiltinModule: require } },
    { process: { mainModule: { require } } },
    { process: {}, require },
    { require },
  ]
  for (const globals of ways) assert.equal(run('builtin fs', globals), fs)
  assert.equal(run('builtin fs', { process: { mainModule: { require } }, require: () => 'the app’s own' }), fs)
  assert.throws(() => run('builtin fs', {}))
})

test('the loop turns twice, whatever the program made of timers', async () => {
  const turns = []
  const later = next => {
    turns.push('turn')
    setImmediate(next)
  }
  const timers = { setImmediate: later }
  await run('loop turns', { process: { getBuiltinModule: () => timers }, setImmediate: () => assert.fail() })
  assert.deepEqual(turns, ['turn', 'turn'])
  await assert.rejects(run('loop turns', {}))
})

test('a process introduces itself', () => {
  const { pid, version } = process
  const named = { pid, version, argv: ['node', '/app.js'], title: 'node', [MARK]: 'us' }
  same(run('introduce', { process: named }), [pid, version, '/app.js', 'us'])
  same(run('introduce', { process: { version, argv: ['node'], title: 'node' } }), [null, version, 'node', null])
  assert.equal(run('introduce', {}), 'no process')
  assert.equal(run('introduce', { process: null }), 'no process')
})

test('a mark is read, and nothing else is taken for one', () => {
  assert.equal(run('mark', { process: { [MARK]: 'us' } }), 'us')
  assert.equal(run('mark', { process: { [MARK]: 'x'.repeat(8192) } }), 'x'.repeat(8192))
  for (const mark of ['x'.repeat(8193), 5, {}, undefined])
    assert.equal(run('mark', { process: { [MARK]: mark } }), null)
  const thrower = Object.defineProperty({}, MARK, { get: () => assert.fail() })
  for (const globals of [{}, { process: null }, { process: thrower }]) assert.equal(run('mark', globals), null)
})

test('an inspector is claimed where the mark is what was read', () => {
  const process = { [MARK]: 'gone' }
  assert.equal(run('claim of gone', { process }), true)
  assert.equal(process[MARK], 'us')
  assert.equal(run('claim of gone', { process }), false)
  assert.deepEqual(Object.keys(process), [])
  assert.equal(run('claim of nobody', { process: Object.freeze({}) }), true)
})

test('who joins in is named beside the others', () => {
  const process = { [MARK]: 'them' }
  assert.equal(run('join', { process }), true)
  assert.equal(process[MARK], 'them\nus')
  assert.equal(run('join', { process: {} }), false)
  assert.equal(run('join', { process: Object.freeze({ [MARK]: 'them' }) }), false)
})

const leaving = (mark, replaced = {}) => {
  const done = []
  const modules = {
    inspector: { close: () => void done.push('close') },
    timers: { setImmediate: next => void done.push(next) },
  }
  const process = { _debugEnd: () => void done.push('end'), getBuiltinModule: name => modules[name], ...replaced }
  if (mark !== undefined) process[MARK] = mark
  return { process, done }
}

test('an inspector is closed at once, and its mark goes', () => {
  const { process, done } = leaving('us')
  assert.equal(run('leave us', { process }), undefined)
  assert.deepEqual(done, ['end'])
  assert.equal(MARK in process, false)
})

test('an inspector is left open where others came', () => {
  const { process, done } = leaving('us\nthem')
  assert.equal(run('leave us', { process }), false)
  assert.deepEqual([done, process[MARK]], [[], 'us\nthem'])
})

test('an inspector is handed over', () => {
  const { process, done } = leaving('us\nthem')
  assert.equal(run('leave to them', { process }), true)
  assert.deepEqual([done, process[MARK]], [[], 'them'])
})

test('an inspector is closed otherwise where the program replaced what closes it', () => {
  const thrower = () => {
    throw new Error('no')
  }
  for (const _debugEnd of [thrower, undefined]) {
    const { process, done } = leaving(undefined, { _debugEnd })
    assert.equal(run('leave nobody', { process }), undefined)
    assert.deepEqual(done, ['close'])
  }
  const { process, done } = leaving()
  assert.equal(run('leave otherwise', { process }), undefined)
  assert.deepEqual(done, ['close'])
  for (const name of ['leave nobody', 'leave twice', 'leave otherwise']) assert.equal(run(name, {}), undefined)
})

test('an inspector is closed again in the turn after next', () => {
  const { process, done } = leaving()
  assert.equal(run('leave twice', { process }), undefined)
  const [next, end] = done.splice(0)
  assert.equal(end, 'end')
  next()
  const [afterNext] = done.splice(0)
  afterNext()
  assert.deepEqual(done, ['end'])
})

test('an inspector moves to a free port, and workers are not told', () => {
  const seen = []
  const process = new EventEmitter()
  process.debugPort = 9229
  process.versions = { node: '18.15.0' }
  process.on('internalMessage', () => seen.push('told'))
  process.on('other', () => seen.push('other'))
  process.getBuiltinModule = () => ({
    close: () => seen.push('close'),
    open(...given) {
      seen.push(given.join(' '))
      process.debugPort = 34567
      assert.equal(process.emit('internalMessage'), false)
      process.emit('other')
    },
  })
  run('move', { process })
  assert.deepEqual(seen, ['close', '0 127.0.0.1 false', 'other'])
  assert.equal(process.debugPort, 9229)
  assert.equal(Object.hasOwn(process, 'emit'), false)
  process.emit('internalMessage')
  assert.equal(seen.at(-1), 'told')
})

test('an inspector stays where it is in the first releases of Node.js 18', () => {
  const process = { versions: { node: '18.14.2' }, getBuiltinModule: () => ({ close: () => assert.fail('closed') }) }
  run('move', { process })
})

test('an emit of the program’s own is put back, also where the inspector does not open', () => {
  const versions = { node: '22.0.0' }
  const process = { versions, emit() {}, getBuiltinModule: () => ({ close() {}, open: () => assert.fail('no port') }) }
  const { emit } = process
  assert.throws(() => run('move', { process }), /no port/)
  assert.equal(process.emit, emit)
})

test('memory is given in bytes', () => {
  const given = run('memory', { process, require })
  const keys = ['rss', 'heapUsed', 'heapTotal', 'external', 'arrayBuffers', 'heapLimit']
  assert.deepEqual(Object.keys(given), keys)
  for (const key of keys) assert.ok(given[key] > 0 || key === 'arrayBuffers', key)
  assert.ok(run('available', { process, require }) > 2 ** 20)
  assert.equal(run('available', { process: {}, require: () => ({ freemem: () => 5 }) }), 5)
})

test('a process says where it works and since when', () => {
  const { cwd, startedAt } = run('where and when', { process, require })
  assert.equal(cwd, process.cwd())
  assert.ok(Date.now() - startedAt < 60_000)
  const nowhere = { getBuiltinModule: require, cwd: () => assert.fail() }
  assert.equal(run('where and when', { process: nowhere, require }).cwd, null)
})

test('the limit of the heap is looked at, and armed where this Node.js can', () => {
  const armed = []
  const v8 = {
    getHeapStatistics: () => ({ used_heap_size: 10, heap_size_limit: 100 }),
    setHeapSnapshotNearHeapLimit: count => void armed.push(count),
  }
  const process = { pid: 7, cwd: () => '/app', execArgv: ['--x'], env: {}, getBuiltinModule: () => v8 }
  const looked = { heapUsed: 10, heapLimit: 100, cwd: '/app', execArgv: ['--x'], nodeOptions: '', pid: 7 }
  same(run('look at limit', { process }), { ...looked, marked: false })
  assert.equal(run('arm limit', { process }), true)
  assert.deepEqual(armed, [1])
  same(run('look at limit', { process }), { ...looked, marked: true })
  assert.equal(Object.keys(process).length, 5)
  assert.equal(run('arm limit', { process: { getBuiltinModule: () => ({}) } }), false)
})

test('whether a folder may be written to is asked of the system', () => {
  assert.equal(run('may write', { process, require }), true)
  assert.equal(run('may write elsewhere', { process, require }), false)
})

test('a snapshot is written into a file that is opened, closed and removed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-vm-'))
  try {
    const modules = { os: { tmpdir: () => folder }, v8: { writeHeapSnapshot: path => writeFileSync(path, '{}') } }
    const globals = { process: { hrtime: process.hrtime, getBuiltinModule: name => modules[name] ?? require(name) } }
    const { path, fd } = run('open file', globals)
    assert.deepEqual([dirname(path), basename(path)], [folder, 'name.heapsnapshot'])
    assert.match(run('open file', globals).why, /EEXIST/)
    run('close file', globals, fd, path)
    assert.equal(existsSync(path), false)

    assert.ok(run('write', globals, path, basename(path), false).stood > 0)
    assert.ok(existsSync(path))
    assert.ok(run('write', globals, path, basename(path), true).stood > 0)
    assert.equal(existsSync(path), false)
    const missing = join(folder, 'missing', 'name')
    assert.match(run('write', globals, missing, 'name', true).why, /ENOENT|no such file/i)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('what a failed snapshot left open is closed', { skip: process.platform !== 'linux' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-vm-'))
  try {
    const path = join(folder, 'half')
    const fs = require('node:fs')
    const failing = {
      writeHeapSnapshot(path) {
        fs.openSync(path, 'w')
        throw new Error('the disk is full')
      },
    }
    const globals = {
      process: { hrtime: process.hrtime, getBuiltinModule: name => (name === 'v8' ? failing : require(name)) },
    }
    assert.match(run('write', globals, path, 'half', true).why, /disk is full/)
    const open = readdirSync('/proc/self/fd').map(fd => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return ''
      }
    })
    assert.deepEqual(
      open.filter(target => target.startsWith(folder)),
      [],
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

const forked = (options = {}) => {
  const called = []
  const addon = {
    build: () => 'a1b2',
    allocator: () => 'glibc',
    tell: text => called.push(['tell', JSON.parse(text)]),
    walk: (...given) => called.push(['walk', ...given]),
    fork: (...given) => called.push(['fork', ...given]),
    over: pid => pid + 1,
  }
  const loaded = []
  class Session {
    on(_, listener) {
      this.listener = listener
    }
    connect() {}
    disconnect() {}
    post(method, reply) {
      if (method === 'Debugger.enable') this.listener({ params: { scriptId: '7', url: 'file:///a.js' } })
      else reply(undefined, undefined)
    }
  }
  const folder = options.folder ?? tmpdir()
  const maps = options.maps ?? ''
  const modules = {
    ...Object.fromEntries(['path', 'buffer'].map(name => [name, require(name)])),
    fs: { ...require('node:fs'), readFileSync: () => maps },
    os: { tmpdir: () => folder },
    inspector: { Session },
    v8: { writeHeapSnapshot: path => called.push(['snapshot', path]) },
  }
  const fake = {
    versions: { node: '22.1.0', v8: '12.4' },
    execArgv: options.execArgv ?? [],
    memoryUsage: () => ({}),
    dlopen(module, file) {
      loaded.push([file, existsSync(file) ? readFileSync(file, 'utf8') : null])
      Object.assign(module.exports, addon)
    },
  }
  // As the debugger provides it: only during the evaluation.
  const globals = { process: fake, require: name => modules[name], parseInt, Array, Map, Promise }
  const capture = run('fork capture', globals)
  delete globals.require
  return { capture, called, loaded }
}

test('the addon is loaded from its file, also after the debugger’s require has gone', () => {
  const { capture, loaded } = forked()
  assert.equal(capture.load('/addon/x/fork-capture.node', 'leakscope-1-', 'AAAA'), 'a1b2') // the build id of what it was loaded into
  assert.deepEqual(loaded, [['/addon/x/fork-capture.node', null]])
  assert.equal(capture.over(4), 5)
})

test('the addon is written, loaded and removed where its file is not seen or was replaced', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-vm-'))
  try {
    for (const [file, maps] of [
      [null, ''],
      ['/addon/fork-capture.node', '7f00-7f01 r-xp /addon/fork-capture.node (deleted)\n'],
    ]) {
      const { capture, loaded } = forked({ folder, maps })
      assert.equal(capture.load(file, 'leakscope-1-', Buffer.from('machine code').toString('base64')), 'a1b2')
      assert.equal(loaded.length, 1)
      assert.match(loaded[0][0], /leakscope-1-\w+\/fork-capture\.node$/)
      assert.equal(loaded[0][1], 'machine code')
      assert.deepEqual(readdirSync(folder), [])
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('an addon that was loaded before is found again, though its file has gone', () => {
  const path = '/tmp/leakscope-1-aB3/fork-capture.node'
  const { capture, loaded } = forked({ maps: `7f00-7f01 r-xp 0 0:1 5 ${path} (deleted)\n` })
  capture.load(null, 'leakscope-1-', 'AAAA')
  assert.equal(loaded[0][0], path)
})

test('the child says what is known and writes its heap', () => {
  const { capture, called } = forked()
  capture.load('/a', 'n', '')
  capture.fork(60, 1000, true)
  const [name, seconds, bytes, anyhow, flags, write] = called.pop()
  assert.deepEqual([name, seconds, bytes, anyhow, flags], ['fork', 60, 1000, true, true])
  write('/proc/self/fd/3')
  const scripts = [{ id: 7, url: 'file:///a.js', sourceMapURL: '' }]
  assert.deepEqual(called, [
    ['tell', { scripts, allocator: 'glibc' }],
    ['snapshot', '/proc/self/fd/3'],
  ])
})

test('the walk begins at objects of this heap', () => {
  const { capture, called } = forked({ execArgv: ['--freeze-flags-after-init'] })
  capture.load('/a', 'n', '')
  capture.walk(60, 1000, true, 'a1b2\n')
  const [name, , , flags, seeds, about, living] = called.pop()
  assert.deepEqual([name, flags, seeds.length], ['walk', false, 10])
  assert.ok(seeds.includes(parseInt) && seeds.includes(Map))
  same(about, { node: 'v22.1.0', v8: '12.4', symbols: 'a1b2\n', native: true })
  assert.equal(living(), '{"allocator":"glibc"}')
  capture.walk(60, 1000, false)
  assert.equal(called.pop()[6], undefined)
})

test('fields are rows of kind, name and value, and no getter runs', () => {
  const { value: fieldsOf } = { value: run('fields of', { Map, Set, Object, Reflect, Math }) }
  const secret = Symbol('secret')
  const get = () => assert.fail('a getter ran')
  const object = Object.defineProperty({ a: 1, [secret]: 2 }, 'b', { get, enumerable: true })
  assert.deepEqual([...fieldsOf.call(object, 10)], [3, 'property', 'a', 1, 'accessor', 'b', get, 'property', secret, 2])
  assert.deepEqual([...fieldsOf.call(object, 1)], [3, 'property', 'a', 1])
  assert.deepEqual(
    [
      ...fieldsOf.call(
        new Map([
          ['k', 'v'],
          ['l', 'w'],
        ]),
        1,
      ),
    ],
    [2, 'entry', 'k', 'v'],
  )
  assert.deepEqual([...fieldsOf.call(new Set(['k']), 9)], [1, 'member', 'k', 'k'])
})

test('names are those of the value and of what it inherits, as they may be typed', () => {
  const value = Object.create({ inherited: 1 }, { own: {}, 'not a name': {}, 0: {}, $: {} })
  const names = [...run('names of', {}, value)]
  for (const name of ['own', '$', 'inherited', 'hasOwnProperty']) assert.ok(names.includes(name), name)
  assert.deepEqual(
    names.filter(name => /^\d|\s/.test(name)),
    [],
  )
})

test('methods are called by name, and an object gives itself', () => {
  const adder = {
    base: 2,
    add(a, b) {
      return this.base + a + b
    },
  }
  assert.equal(run('call method', {}).call(adder, 'add', 3, 4), 9)
  assert.equal(run('itself', {}).call(adder), adder)
})

test('a value is handed over as it is, a primitive one too', () => {
  const globals = createContext({})
  const handOver = runInContext(expressions['hand over'], globals)
  for (const value of [{}, 5, undefined]) {
    handOver.call(value)
    assert.equal(runInContext("globalThis[Symbol.for('leakscope.handed over')]", globals), value)
  }
})
