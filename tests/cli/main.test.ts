import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { analyses } from '../../src/questions/index.js'
import { world } from './world.js'

const before = `
  root.app = App 16
  App.sessions = Array 32
  Array[0] = Session#1 64
`
const after = `${before}
  Array[1] = Session#2 64
  Array[2] = Session#3 64
`

describe('a question about a file', () => {
  test('is answered on stdout, with what was cut on stderr', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    const { code, out, err } = await here.run(['types', file, '--filter', '/^(App|Session)$/', '--limit', '1'])
    expect(code).toBe(0)
    expect(out.split('\n').map(line => line.trim().split(/\s{2,}/))).toEqual([
      ['Type', 'Count', 'Shallow'],
      ['Session', '3', '192 B'],
      [''],
    ])
    expect(err).toMatch(/^1 more; raise --limit\nShallow is V8's own size .*\n$/)
  })

  test('at takes several ids, then the heap', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after.replace('Session#2 64', 'Session#2 64 @77'))
    const { code, out } = await here.run(['at', '@77', '@1', file, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out).sections[0].rows.map(({ id }: { id: number }) => id)).toEqual([77, 1])
    expect((await here.run(['at', '77', file])).code).toBe(0)
  })

  test('a path is drawn as a graph on request', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    const { out } = await here.run(['chain', file, '--type', 'Session', '--limit', '1', '--dot'])
    const [, path] = /^Graph written to (\S+.dot) \(3 nodes\)\n$/.exec(out)!
    expect(readFileSync(path!, 'utf8')).toMatch(/^digraph/)
    rmSync(path!)
  })

  test('reads the whole heap only if the question needs it', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    // An edge to nowhere, which only commands that read edges notice.
    writeFileSync(file, readFileSync(file, 'utf8').replace(/("edges":\[\d+,\d+),\d+/, '$1,6000'))
    expect(await here.run(['count', 'Session', file])).toEqual({ code: 0, out: '3\n', err: '' })
    expect((await here.run(['types', file, '--json'])).code).toBe(0)
    for (const more of [
      ['types', '--sort', 'retained'],
      ['types', '--qualified'],
      ['count', 'a.js:Session'],
      ['find'],
    ]) {
      const { code, err } = await here.run([...more, file])
      expect([more, code, /leads to 6000/.test(err)]).toEqual([more, 2, true])
    }
  })

  test('types answers for a file that ends after its nodes, and says so; count does not', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    const whole = readFileSync(file)
    for (const [name, cut] of [
      ['cut.heapsnapshot', whole.subarray(0, whole.lastIndexOf(']'))],
      ['cut.heapsnapshot.gz', gzipSync(whole).subarray(0, -20)],
    ] as const) {
      writeFileSync(join(here.folder, name), cut)
      const { code, out, err } = await here.run(['types', join(here.folder, name)])
      expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/Session|name cut off/) })
      expect(err).toMatch(/^The snapshot is cut off at byte \d+: its 6 nodes are whole, (all|no|\d+) names arrived\.\n/)
      expect(await here.run(['count', 'Session', join(here.folder, name)])).toMatchObject({ code: 2, out: '' })
    }
  })

  test('prints no notes with --quiet', async () => {
    using here = world()
    const { err } = await here.run(['types', here.heap('a.heapsnapshot', after), '--limit', '1', '--quiet'])
    expect(err).toBe('')
  })

  test('as JSON follows the contract', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    const { out } = await here.run(['types', file, '--json', '--filter', '/^Session$/'])
    const answer = JSON.parse(out)
    expect(answer).toMatchObject({
      version: 1,
      command: 'types',
      target: null,
      heaps: [{ path: file, pid: null, nodeVersion: null, capturedAt: null, bytes: statSync(file).size }],
      notes: [expect.stringContaining("V8's own size")],
    })
    expect(answer.heaps[0].nodes).toBeGreaterThan(4)
    expect(answer.heaps[0].edges).toBeGreaterThan(4)
    expect(answer.sections).toMatchObject([
      { shape: 'table', rows: [{ type: 'Session', count: 3, shallow: 192, retained: null }] },
    ])
    const retained = await here.run(['types', file, '--json', '--filter', '/^Session$/', '--sort', 'retained'])
    expect(JSON.parse(retained.out).sections).toMatchObject([{ rows: [{ shallow: 192, retained: 192 }] }])
  })

  test('reads gzip, stdin and gzipped stdin', async () => {
    using here = world()
    const text = readFileSync(here.heap('a.heapsnapshot', after))
    writeFileSync(join(here.folder, 'a.heapsnapshot.gz'), gzipSync(text))
    const asked = ['count', 'Session']
    expect((await here.run([...asked, join(here.folder, 'a.heapsnapshot.gz')])).out).toBe('3\n')
    expect((await here.run([...asked, '-'], { stdin: text })).out).toBe('3\n')
    expect((await here.run([...asked, '-'], { stdin: gzipSync(text) })).out).toBe('3\n')
  })

  test('uses the newest snapshot of .leakscope if none is named', async () => {
    using here = world()
    mkdirSync(join(here.folder, '.leakscope'))
    here.heap('.leakscope/2026-01-01T00-00-00.000-pid1.heapsnapshot', before)
    here.heap('.leakscope/2026-01-02T00-00-00.000-pid1.heapsnapshot', after)
    expect(await here.run(['count', 'Session'])).toEqual({
      code: 0,
      out: '3\n',
      err: 'Using .leakscope/2026-01-02T00-00-00.000-pid1.heapsnapshot.\n',
    })
    expect((await here.run(['count', 'Session', '--quiet'])).err).toBe('')
  })

  test('uses no snapshots of another process with the same pid', async () => {
    using here = world()
    mkdirSync(join(here.folder, '.leakscope'))
    const origin = {
      version: 1,
      pid: 1,
      nodeVersion: 'v22.0.0',
      capturedAt: new Date(Date.now() - 5 * 60_000).toISOString(),
      session: 's',
      cwd: '/',
      scripts: [],
    }
    for (const [name, drawing, startedAt] of [
      ['1', before, 1000],
      ['2', before, 2000],
      ['3', after, 2000],
    ] as const) {
      const file = here.heap(join('.leakscope', `${name}.heapsnapshot`), drawing)
      writeFileSync(`${file}.origin.json`, JSON.stringify({ ...origin, startedAt }))
    }
    const { out, err } = await here.run(['growth', '--json'])
    expect(err).toContain('Using the 2 heaps of process 1 in .leakscope, the last captured 5 min ago.\n')
    const { heaps } = JSON.parse(out)
    expect(heaps.map(({ path }: { path: string }) => basename(path))).toEqual(['2.heapsnapshot', '3.heapsnapshot'])
  })

  test.each([
    'null',
    '[]',
    '{"version":1}',
    '{"version":1,"pid":1,"nodeVersion":"","capturedAt":"","session":"","cwd":7,"scripts":[]}',
    '{"version":1,"pid":null,"nodeVersion":"","capturedAt":"","session":"","cwd":null,"scripts":[null,{"id":1}]}',
  ])('passes over what is not known of a snapshot: %s', async origin => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    writeFileSync(`${file}.origin.json`, origin)
    const { code, err } = await here.run(['find', file, '--type', 'Session'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  test('compares files, oldest first', async () => {
    using here = world()
    const files = [here.heap('a.heapsnapshot', before), here.heap('b.heapsnapshot', after)]
    const grown = await here.run(['growth', ...files, '--json'])
    expect(JSON.parse(grown.out).sections[0].rows).toEqual([{ type: 'Session', count: 3, delta: 2, bytes: 128 }])
    const shrunk = await here.run(['growth', ...files.reverse()])
    expect(shrunk).toEqual({ code: 0, out: '', err: expect.stringMatching(/^(These files .*\n)?Nothing grew\.\n$/) })
  })
})

describe('a drawing', () => {
  test('is written to a .dot file by default, with a note', async () => {
    using here = world()
    const { code, out } = await here.run(['refs', here.heap('a.heapsnapshot', after), '--type', 'Array'])
    const [, path, nodes] = /^Graph written to (.+\.dot) \((\d+) nodes\)\n$/.exec(out)!
    expect(code).toBe(0)
    expect(Number(nodes)).toBe(4)
    expect(readFileSync(path!, 'utf8')).toContain('Session')
    expect(statSync(path!).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['dot', /^digraph/],
    ['svg', /<svg/],
    ['html', /<!doctype html>/i],
    ['json', /"shape": ?"drawing"/],
    ['md', /Session/],
    ['txt', /Session/],
  ])('is written as .%s', async (ending, pattern) => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    const { code, err } = await here.run(['refs', file, '--type', 'Array', '-o', `out.${ending}`])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(readFileSync(join(here.folder, `out.${ending}`), 'utf8')).toMatch(pattern)
    expect(readdirSync(here.folder).sort()).toEqual(['a.heapsnapshot', `out.${ending}`])
  })

  test('goes to stdout with --format or -o -', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    expect((await here.run(['refs', file, '--type', 'Array', '--format', 'dot'])).out).toMatch(/^digraph/)
    expect((await here.run(['refs', file, '--type', 'Array', '-o', '-'])).out).toMatch(/^Array/)
  })
})

describe('errors have a message and exit code 2', () => {
  test.each([
    [['typs'], "unknown command 'typs'"],
    [['types', 'nothing.heapsnapshot'], 'does not exist'],
    [['types', 'junk'], 'not a heap snapshot'],
    [['types', 'a.heapsnapshot', '--limit', 'few'], '--limit takes a whole number'],
    [['types', 'a.heapsnapshot', '-o', 'x.foo'], 'unknown file extension'],
    [['types', 'a.heapsnapshot', '-o', 'x.dot'], 'nothing that can be shown as dot'],
    [['types', 'a.heapsnapshot', '-o', 'no/such/folder/x.csv'], 'cannot be written'],
    [['find', 'a.heapsnapshot', '--type', 'Sesion'], 'Did you mean Session?'],
    [['refs', 'a.heapsnapshot'], 'no objects selected'],
    [['refs', 'a.heapsnapshot', '--expr', 'globalThis.a'], '--expr needs a live process'],
    [['refs', 'a.heapsnapshot', '--id', '@99999'], 'no object @99999'],
    [['growth', 'a.heapsnapshot'], 'growth needs two'],
    [['growth', 'a.heapsnapshot', '1'], 'cannot be mixed'],
    [['memory', 'a.heapsnapshot'], 'is not a target'],
    [['memory', '1', '--every', 'often'], "leakscope: --every: 'often' is not a duration"],
    [['memory', '1', '--every', '0s'], "--every: '0s' is not a duration"],
    [['check', '1', '--rounds', '4'], '--rounds: 4 is too few'],
    [['types', 'a.heapsnapshot', '--json', '--format', 'csv'], 'cannot be used with'],
    // One below the largest pid that Linux assigns.
    [['attach', '4194303'], 'no process 4194303'],
    [['attach', '--'], 'nothing follows --'],
    [['types', 'a.heapsnapshot', 'b.heapsnapshot'], 'too many arguments'],
  ])('%j', async (args, said) => {
    using here = world()
    here.heap('a.heapsnapshot', after)
    writeFileSync(join(here.folder, 'junk'), 'hello')
    const files = new Set(['a.heapsnapshot', 'junk'])
    const { code, out, err } = await here.run(args.map(word => (files.has(word) ? join(here.folder, word) : word)))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(said)
    expect(err).not.toContain('    at ')
    expect(readdirSync(here.folder).sort()).toEqual([...files].sort())
  })

  test('an interrupt is exit code 130, without a message', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    expect(await here.run(['types', file], { signal: AbortSignal.abort() })).toEqual({ code: 130, out: '', err: '' })
  })
})

describe('an answer', () => {
  test('is written to a device or pipe without replacing it', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', after)
    symlinkSync('/dev/null', join(here.folder, 'nowhere.json'))
    const { code } = await here.run(['types', file, '-o', 'nowhere.json'])
    expect(code).toBe(0)
    expect(readlinkSync(join(here.folder, 'nowhere.json'))).toBe('/dev/null')
    expect(readdirSync(here.folder).sort()).toEqual(['a.heapsnapshot', 'nowhere.json'])
  })
})

describe('help', () => {
  test('names every analysis, and each has its own', async () => {
    using here = world()
    const { code, out } = await here.run(['--help'])
    expect(code).toBe(0)
    for (const { name } of analyses) {
      expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
      expect((await here.run([name, '--help'])).out).toContain(`Usage: leakscope ${name}`)
    }
  })

  test('--version is the package’s', async () => {
    using here = world()
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect((await here.run(['--version'])).out).toBe(`${version}\n`)
  })
})
