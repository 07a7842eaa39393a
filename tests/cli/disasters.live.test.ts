import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { analyses } from '../../src/questions/index.js'
import { writeSnapshot } from '../../src/snapshot/write.js'
import { draw } from '../draw.js'
import { start as startLeak } from '../fixtures/program.js'
import { hasAddon, unlessAddon } from '../live/addon.js'
import { start } from '../live/start.js'

/**
 * Every command with the usual disasters: the exit code reflects what happened, and is 0 only if the question was answered.
 * `--help` and `--version`, which need no folder, work in a removed one.
 */
const bin = join(import.meta.dirname, '../../bin/leakscope.js')
const linux = process.platform === 'linux'

/** Heaps in which sessions leak, and the arguments for every question about them. */
const sessions = (count: number): string => `
  root.app = App 16 @3
  App.sessions = Map 32 @5
  Map{table} = array:table 64 @7
  ${Array.from({ length: count }, (_, at) => `array:table{${at}} = Session#${at} 64 @${101 + 2 * at}`).join('\n')}`

const words: Readonly<Record<string, readonly string[]>> = {
  count: ['Session', 'c.heapsnapshot'],
  at: ['@101', 'c.heapsnapshot'],
  find: ['c.heapsnapshot', '--type', 'Session'],
  query: ['c.heapsnapshot', 'type = "Session"'],
  refs: ['c.heapsnapshot', '--type', 'App'],
  backrefs: ['c.heapsnapshot', '--id', '@101'],
  path: ['c.heapsnapshot', '--id', '@101'],
}
const series = ['a.heapsnapshot', 'b.heapsnapshot', 'c.heapsnapshot']
const wordsOf = (name: string): readonly string[] =>
  words[name] ?? (analyses.find(analysis => analysis.name === name)?.heaps === 'series' ? series : ['c.heapsnapshot'])

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakscope-disasters-'))
  for (const [at, name] of series.entries()) {
    writeFileSync(join(folder, name), [...writeSnapshot(draw(sessions(50 * (at + 1))).graph)].join(''))
  }
  if (linux) symlinkSync('/dev/full', join(folder, 'full.json'))
  return () => rmSync(folder, { recursive: true })
})

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

interface Surroundings {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** What a shell does before or after the command, `"$@"`. */
  readonly shell?: string
}

async function run(
  args: readonly string[],
  { cwd = folder, env = process.env, shell = 'exec "$@"' }: Surroundings = {},
) {
  const child: ChildProcess = spawn('sh', ['-c', shell, 'sh', process.execPath, bin, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout!.on('data', text => {
    said.out += text
  })
  child.stderr!.on('data', text => {
    said.err += text
  })
  const [code] = await once(child, 'close')
  return { code, ...said } as Ran
}

/** Two at a time, for two processors. */
async function forEach<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  }
  await Promise.all([worker(), worker()])
}

const without = (name: string): NodeJS.ProcessEnv => {
  const { [name]: _, ...env } = process.env
  return env
}

/** A folder that is removed before the command begins. */
const gone = 'mkdir "$0.$$"; cd "$0.$$"; rmdir "$0.$$"; exec "$@"'.replaceAll('$0', '/tmp/leakscope-gone')

interface Disaster {
  readonly name: string
  readonly code: number
  readonly err: RegExp
  readonly surroundings: Surroundings
  readonly more?: readonly string[]
}

const disasters: readonly Disaster[] = [
  { name: 'none', code: 0, err: /^/, surroundings: {} },
  { name: 'stdout closed', code: 0, err: /^/, surroundings: { shell: 'exec "$@" >&-' } },
  { name: 'stderr closed', code: 0, err: /^$/, surroundings: { shell: 'exec "$@" 2>&-' } },
  { name: 'HOME unset', code: 0, err: /^/, surroundings: { env: without('HOME') } },
  { name: 'nobody reads stdout', code: 0, err: /^/, surroundings: { shell: '{ "$@"; echo "code $?" >&2; } | true' } },
  ...(linux
    ? [
        { name: 'the folder removed', code: 2, err: /folder leakscope was started in/, surroundings: { shell: gone } },
        {
          name: 'stdout full',
          code: 2,
          err: /cannot be written.*ENOSPC/,
          surroundings: { shell: 'exec "$@" >/dev/full' },
        },
        {
          name: '-o full',
          code: 2,
          err: /full\.json cannot be written: ENOSPC/,
          surroundings: {},
          more: ['-o', 'full.json'],
        },
      ]
    : []),
]

describe.each(disasters)('questions about files: $name', ({ name, code, err, surroundings, more = [] }) => {
  test('every exit code reflects what happened', async () => {
    const wrong: unknown[] = []
    // (new-ids needs heaps of one session, which files without an origin are not.) A drawing without -o is a file in
    // the temporary folder: as JSON all of them are answers.
    await forEach(
      analyses.filter(({ name }) => name !== 'new-ids'),
      async analysis => {
        const args = [analysis.name, ...wordsOf(analysis.name), '--json', ...more]
        const inHere = args.map(word => (word.endsWith('.heapsnapshot') ? join(folder, word) : word))
        const ran = await run(inHere, surroundings)
        const exitCode = name === 'nobody reads stdout' ? Number(/code (\d+)/.exec(ran.err)?.[1]) : ran.code
        if (exitCode !== code || !err.test(ran.err) || /a bug in/.test(ran.err)) wrong.push({ args, ...ran })
      },
    )
    expect(wrong).toEqual([])
  })

  test('a verdict that was reached never becomes 0', async () => {
    const args = ['leaks', '--fail', ...series.map(name => join(folder, name)), ...more]
    const ran = await run(args, surroundings)
    const exitCode = name === 'nobody reads stdout' ? Number(/code (\d+)/.exec(ran.err)?.[1]) : ran.code
    expect({ ...ran, exitCode }).toMatchObject({ exitCode: code === 0 ? 1 : code })
  })
})

test('a drawing reports that the temporary folder is not writable', async () => {
  const env = { ...process.env, TMPDIR: join(folder, 'not there') }
  for (const name of ['refs', 'backrefs']) {
    const { code, err } = await run([name, ...wordsOf(name)], { env })
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('cannot be written') })
  }
  expect(await run(['types', 'c.heapsnapshot'], { env })).toMatchObject({ code: 0 })
})

test.skipIf(!linux)('help needs no folder', async () => {
  for (const option of ['--help', '--version']) {
    expect(await run([option], { shell: gone })).toMatchObject({ code: 0, out: expect.stringMatching(/./) })
  }
})

const live: readonly (readonly [readonly string[], number])[] = [
  [['ps'], 0],
  [['doctor', 'PID'], 0],
  [['memory', 'PID'], 0],
  [['attach', 'PID', '-e', 'count Object'], 0],
  [['snapshot', 'PID', '--json'], 0],
  [['types', 'PID', '--no-save'], 0],
  // This time limit is too short for a verdict, so it is 3.
  [['check', 'PID', '--max-time', '100ms', '--every', '100ms', '--warm-up', '0'], 3],
  [['disarm', 'PID'], 0],
]

describe.skipIf(!linux)('commands for live processes', () => {
  test.each(disasters.filter(({ more }) => more === undefined))('with $name', async ({ name, code, surroundings }) => {
    const { pid } = await start('idle.cjs')
    const work = mkdtempSync(join(tmpdir(), 'leakscope-disasters-'))
    onTestFinished(() => rmSync(work, { recursive: true }))
    for (const [args, usual] of live) {
      const ran = await run(
        args.map(word => (word === 'PID' ? String(pid) : word)),
        { cwd: work, ...surroundings },
      )
      const exitCode = name === 'nobody reads stdout' ? Number(/code (\d+)/.exec(ran.err)?.[1]) : ran.code
      const said = { args, exitCode, ...ran }
      expect(ran.err).not.toContain('a bug in')
      if (code === 0) expect(said).toMatchObject({ exitCode: usual === 3 ? expect.toBeOneOf([1, 3]) : usual })
      // In a removed folder, commands that need no folder may answer. But none may be silent.
      else expect([said, exitCode === 2 || (exitCode === 0 && ran.out !== '')]).toEqual([said, true])
    }
    // A failed command leaves no capture behind.
    expect(readdirSync(work, { recursive: true }).filter(file => String(file).endsWith('.partial'))).toEqual([])
  })

  test('a snapshot for which the disk has no room leaves nothing', async () => {
    const mount = spawnSync('unshare', ['-m', 'true'])
    if (mount.status !== 0) return
    const { pid } = await start('idle.cjs')
    const full = mkdtempSync(join(tmpdir(), 'leakscope-full-'))
    onTestFinished(() => rmSync(full, { recursive: true }))
    const script = `mount -t tmpfs -o size=256k none ${full} && cd ${full} && "$@"; code=$?; find ${full} -type f >&2; exit $code`
    const ran = await run(['snapshot', String(pid), '--force', '-o', join(full, 'a.heapsnapshot')], {
      shell: `exec unshare -m sh -c '${script}' sh "$@"`,
    })
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toMatch(/cannot write .*a\.heapsnapshot: ENOSPC/)
    expect(ran.err.trimEnd().split('\n').at(-1)).not.toContain(full)
    // A user who named no file is not advised to name another.
    const unnamed = await run(['types', String(pid), '--force', '--capture', 'inspector'], {
      shell: `exec unshare -m sh -c '${script}' sh "$@"`,
    })
    expect(unnamed).toMatchObject({ code: 2, out: '' })
    expect(unnamed.err).toMatch(/ENOSPC.*\n +Make room there, or name another folder with --dir\./)
  })

  test.runIf(hasAddon).each(['size=256k', 'size=100m,nr_inodes=2'])(
    `a check whose heaps the disk has no room for has its verdict: %s${unlessAddon}`,
    async options => {
      const mount = spawnSync('unshare', ['-m', 'true'])
      if (mount.status !== 0) return
      await using program = await startLeak('leaks/map-cache.js', { args: ['--every', '5'] })
      const full = mkdtempSync(join(tmpdir(), 'leakscope-full-'))
      onTestFinished(() => rmSync(full, { recursive: true }))
      const script = `mount -t tmpfs -o ${options} none ${full} && cd ${full} && "$@"; code=$?; find ${full} -type f >&2; exit $code`
      const ran = await run(
        ['check', String(program.pid), '--force', '--capture', 'memory', '--rounds', '5', '--every', '500ms'],
        { shell: `exec unshare -m sh -c '${script}' sh "$@"` },
      )
      expect(ran).toMatchObject({ code: 1, out: expect.stringContaining('Leaking') })
      expect(ran.err).toMatch(/No heap is kept: .*ENOSPC/)
      expect(ran.err.trimEnd().split('\n').at(-1)).not.toContain(full)
    },
  )

  test.runIf(hasAddon).each([
    ['size=256k', 'types', 0, /^Type /],
    ['size=100m,nr_inodes=3', 'types', 0, /^Type /],
    ['size=100m,nr_inodes=4', 'types', 0, /^Type /],
    ['size=256k', 'refs --type NoSuchType', 2, /^$/],
  ])(`a question whose heap the disk has no room for: %s, %s${unlessAddon}`, async (options, words, code, out) => {
    const mount = spawnSync('unshare', ['-m', 'true'])
    if (mount.status !== 0) return
    const { pid } = await start('idle.cjs')
    const full = mkdtempSync(join(tmpdir(), 'leakscope-full-'))
    onTestFinished(() => rmSync(full, { recursive: true }))
    const script = `mount -t tmpfs -o ${options} none ${full} && cd ${full} && "$@"; code=$?; find ${full} -type f -name "*snapshot*" >&2; exit $code`
    const [name, ...more] = words.split(' ') as [string, ...string[]]
    const ran = await run([name, ...more, String(pid)], { shell: `exec unshare -m sh -c '${script}' sh "$@"` })
    expect(ran).toMatchObject({ code, out: expect.stringMatching(out) })
    expect(ran.err).toMatch(/^No heap is kept: .*ENOSPC/m)
    expect(ran.err).not.toMatch(/^\//m)
  })

  test('a question whose answer nobody reads leaves its heap for the next', async () => {
    const { pid } = await start('idle.cjs')
    const work = mkdtempSync(join(tmpdir(), 'leakscope-disasters-'))
    onTestFinished(() => rmSync(work, { recursive: true }))
    const ran = await run(['types', String(pid)], { cwd: work, shell: 'exec "$@" >/dev/full' })
    expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(/cannot be written to stdout: ENOSPC/) })
    expect(readdirSync(join(work, '.leakscope')).filter(name => name.endsWith('.heapsnapshot'))).toHaveLength(1)
  })

  test('a question that cannot be answered leaves its heap for the next', async () => {
    const { pid } = await start('idle.cjs')
    for (const way of hasAddon ? ['memory', 'inspector'] : ['inspector']) {
      const work = mkdtempSync(join(tmpdir(), 'leakscope-disasters-'))
      onTestFinished(() => rmSync(work, { recursive: true }))
      const ran = await run(['path', String(pid), '--expr', '1 + 1', '--capture', way], { cwd: work })
      expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(/not an object/) })
      expect(readdirSync(join(work, '.leakscope')).filter(name => name.endsWith('.heapsnapshot'))).toHaveLength(1)
    }
  })
})

test('a promise that never settles ends with 2 and a message', () => {
  const script = `
    import { run } from ${JSON.stringify(join(import.meta.dirname, '../../dist/cli/run.js'))}
    process.exitCode = await run(Object.create(process, {
      argv: { value: [process.execPath, 'leakscope', 'types', '-'] },
      stdin: { value: { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) } },
    }))`
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('ended before it was done') })
  expect(execFileSync(process.execPath, [bin, '--version'], { encoding: 'utf8' })).toMatch(/\d/)
})
