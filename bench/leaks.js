/**
 * Runs `leakscope check` on leaking and clean programs (fixtures/leaks/corpus/), and counts how often its first suspect is the leak.
 *
 *   npm run bench:leaks                       all of them, one after the other: about half an hour
 *   npm run bench:leaks -- --only race,lru    those whose name contains one of these
 *   npm run bench:leaks -- --part 1/4         every fourth
 *   npm run bench:leaks -- --json found.json  adds the results to a file; the table includes its earlier rows
 *   npm run bench:leaks -- --heaps folder     keeps the heaps of each program
 *
 *   npm run bench:leaks -- --leaking          without the clean ones
 *   npm run bench:leaks -- --clean            without the leaking ones
 *   npm run bench:leaks -- --rounds 5         faster and less certain
 *
 *   npm run bench:leaks -- --packages         leaks of npm packages (fixtures/leaks/packages/) instead, which are installed first
 *   npm run bench:leaks -- --packages --install  only installs them, for a later run without a network
 *   npm run bench:leaks -- --memlab           also runs Meta's memlab, on the same processes (leaks-memlab.js); also with --packages, --install
 *
 * A suspect is right if its kind is among the expected ones and its headline has all expected words. Programs also run with their fix
 * (`--clean`); a suspect there is a false alarm.
 */
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { answers, flags, memlab, memlabTable, snapshots } from './leaks-memlab.js'
import { installed } from './packages.js'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    json: { type: 'string' },
    heaps: { type: 'string' },
    every: { type: 'string', default: '1s' },
    rounds: { type: 'string' },
    leaking: { type: 'boolean', default: false },
    clean: { type: 'boolean', default: false },
    packages: { type: 'boolean', default: false },
    install: { type: 'boolean', default: false },
    memlab: { type: 'boolean', default: false },
  },
})
const root = join(import.meta.dirname, '..')
const corpus = join(root, 'fixtures/leaks', values.packages ? 'packages' : 'corpus')
const wanted = values.only?.split(',')
const [part, parts] = values.part.split('/').map(Number)

const rows = JSON.parse(readFileSync(join(corpus, values.packages ? 'packages.json' : 'corpus.json'), 'utf8'))
const runs = rows
  .filter(({ name }) => wanted === undefined || wanted.some(word => name.includes(word)))
  .flatMap(row => (row.says === undefined ? [{ ...row, isClean: true }] : [row, { ...row, isClean: true }]))
  .filter(({ isClean }) => (isClean === true ? !values.leaking : !values.clean))
  .filter((_, at) => at % parts === part - 1)

if (values.memlab) memlab()
const found = values.json !== undefined && existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')) : {}
for (const run of runs) {
  const name = run.isClean && run.says !== undefined ? `${run.name} (fixed)` : run.name
  try {
    const folder = values.packages ? await installed(corpus, run.name) : corpus
    if (values.install) continue
    found[name] = values.memlab ? await beside(run, name, folder) : await checked(run, name, folder)
  } catch (error) {
    process.stderr.write(`${name}: skipped: ${error.message}\n`)
    continue
  }
  process.stderr.write(`${name}: ${found[name].answer} in ${found[name].seconds} s\n  ${found[name].says}\n`)
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(found, null, 2)}\n`)
}
if (!values.install) process.stdout.write(table(Object.entries(found)))
if (values.memlab && !values.install) process.stdout.write(memlabTable(Object.entries(found), isCleanName))

/** The same, and memlab's answers for three snapshots that V8 wrote of the same process before. */
async function beside(run, name, home) {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-memlab-'))
  try {
    let seconds
    const row = await checked(run, name, home, flags(folder), async program => {
      seconds = await snapshots(program, folder)
    })
    return { ...row, memlab: { seconds, answers: await answers(folder, run) } }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The answer of a check of one program, and whether it is right. */
async function checked(run, name, home, options = [], before = async () => {}) {
  const words = [...options, join(home, run.program), ...(run.isClean ? ['--clean'] : [])]
  const program = spawn(process.execPath, words, { cwd: home, stdio: 'ignore' })
  try {
    await new Promise(resolve => setTimeout(resolve, 1000))
    await before(program)
    const began = performance.now()
    const folder = values.heaps === undefined ? undefined : join(values.heaps, name.replace(/\W+/g, '-'))
    if (folder !== undefined) mkdirSync(folder, { recursive: true })
    const answer = await json([
      ...['check', String(program.pid), '--every', values.every, '--quiet', '--json'],
      ...(values.rounds === undefined ? [] : ['--rounds', values.rounds]),
      ...(folder === undefined ? ['--no-save'] : ['--dir', folder]),
    ])
    const seconds = Math.round((performance.now() - began) / 1000)
    return { ...judged(run, answer), seconds }
  } finally {
    // One of the programs handles SIGTERM.
    program.kill('SIGKILL')
  }
}

function json(argv) {
  return new Promise((resolve, reject) =>
    execFile(
      process.execPath,
      [join(root, 'bin/leakscope.js'), ...argv],
      { maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        if (stdout === '') reject(error ?? new Error(stderr))
        else resolve(JSON.parse(stdout))
      },
    ),
  )
}

function judged({ says, kinds, isClean }, { verdict, suspects, reasons }) {
  const said = suspects[0]?.headline ?? reasons?.[0] ?? verdict
  if (isClean)
    return {
      answer: suspects.length > 0 ? 'false alarm' : verdict === 'inconclusive' ? 'cannot tell' : 'right',
      says: said,
    }
  const place = suspects.findIndex(
    ({ kind, headline }) => kinds.includes(kind) && says.every(word => new RegExp(word).test(headline)),
  )
  const answer = place === 0 ? 'right' : place > 0 && place < 3 ? 'in three' : suspects.length > 0 ? 'wrong' : 'missed'
  return { answer, says: said }
}

function table(entries) {
  const count = (answer, isClean) =>
    entries.filter(([name, row]) => row.answer === answer && isClean === isCleanName(name)).length
  const leaking = entries.filter(([name]) => !isCleanName(name)).length
  const lines = entries.map(
    ([name, { answer, seconds, says }]) => `| ${name} | ${answer} | ${seconds} | ${says.replaceAll('|', '\\|')} |`,
  )
  return [
    '| program | answer | seconds | the first suspect, or the reason |',
    '| --- | --- | ---: | --- |',
    ...lines,
    '',
    `Leaking: ${leaking}, of which the first suspect is right in ${count('right', false)}, one of three in ${count('in three', false)}, none in ${count('missed', false)}.`,
    `Clean: ${entries.length - leaking}, of which ${count('false alarm', true)} false alarms, ${count('cannot tell', true)} inconclusive.`,
    '',
  ].join('\n')
}

function isCleanName(name) {
  return name.endsWith('(fixed)') || rows.find(row => row.name === name)?.says === undefined
}
