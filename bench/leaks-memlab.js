/**
 * Runs Meta's memlab on the programs of leaks.js: `npm run bench:leaks -- --memlab`. It is installed into the benchmark's cache.
 *
 * memlab gets the input it is designed for: three snapshots that V8 itself writes of a working program, four seconds apart. They are
 * triggered by --heapsnapshot-signal, not by leakscope or the inspector: when an inspector session ends, V8 reassigns the object ids,
 * and memlab compares heaps only by id. `leakscope check` runs on the same process after the last snapshot, so memlab sees no trace of
 * it.
 *
 * Three of its modes are for heaps of Node.js. Each is used with its defaults and judged by itself:
 *
 *   find-leaks --trace-all-objects    clusters of what is allocated between the first two snapshots and alive in the third
 *   analyze unbound-collection        Maps and Sets that have grown; the first three rows are traced with `memlab trace`
 *   analyze unbound-object            objects whose retained size has grown; traced likewise
 *
 * The rule: memlab shows names of variables, properties and classes, but no files and no sentences, so it does not need the words that
 * leaks.js expects (`says`). `names` has the names by which a person would recognise the leak: the variable, the property, or the class of
 * what accumulates. One of them anywhere in memlab's output is enough. "right": in its first answer; "in three": in one of the first
 * three; "wrong": none of these three answers has one; "missed": there are no answers; "failed": memlab ended with an error.
 *
 * memlab has no verdict. For a clean program its answers are counted: find-leaks prints "found N leak(s)", the other two up to 20 rows.
 */
import { execFile } from 'node:child_process'
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { installed } from './tools.js'

const version = '2.0.5'
const every = 4000
const modes = ['find-leaks', 'unbound-collection', 'unbound-object']

/** Installs memlab unless it is installed. */
export const memlab = () => installed(`memlab@${version}`, 'node_modules/memlab/bin/memlab')

/** Options of Node.js with which V8 writes its snapshots to this folder. */
export const flags = folder => ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder}`]

/** Lets V8 write three snapshots of the program. Returns the seconds this took. */
export async function snapshots(program, folder) {
  const began = performance.now()
  for (let count = 1; count <= 3; count++) {
    await after(every)
    program.kill('SIGUSR2')
    for (let tries = 0; !isWritten(files(folder)[count - 1]); tries++) {
      if (tries === 600) throw new Error('no heap snapshot within a minute')
      await after(100)
    }
  }
  return seconds(began)
}

/** The answers of each mode of memlab for the three snapshots. */
export async function answers(folder, { names, isClean }) {
  const found = {}
  for (const mode of modes) {
    const began = performance.now()
    try {
      const { said, alive } = mode === 'find-leaks' ? await leaks(folder) : await growing(folder, mode)
      found[mode] = {
        answer: isClean ? said.length : judged(said, names),
        count: said.length,
        says: said.slice(0, 3),
        alive,
      }
    } catch (error) {
      found[mode] = { answer: 'failed', count: 0, says: [error.message] }
    }
    found[mode].seconds = seconds(began)
  }
  return found
}

const clusterMark = '--Similar leaks in this run: '

async function leaks(folder) {
  const [baseline, target, final] = files(folder)
  const text = await run(folder, [
    ...['find-leaks', '--trace-all-objects'],
    ...['--baseline', baseline, '--target', target, '--final', final],
  ])
  const count = Number(/MemLab found (\d+) leak/.exec(text)?.[1] ?? Number.NaN)
  const clusters = text.split(clusterMark).slice(1)
  if (count !== clusters.length) throw new Error(`${count} leaks and ${clusters.length} clusters: ${lastLine(text)}`)
  // Before the clusters, it prints a table of the live types, the largest first.
  const alive = [...text.matchAll(/^│ [012] +│ '(.*?)' /gm)].map(([, type]) => type)
  return { said: clusters, alive }
}

async function growing(folder, mode) {
  const text = await run(folder, ['analyze', mode, '--snapshot-dir', folder])
  const rows = text.split('\n').filter(line => /^· .*\(@\d+\)/.test(line))
  if (rows.length === 0 && !/No increasing \w+ found/.test(text)) throw new Error(lastLine(text))
  for (let at = 0; at < Math.min(3, rows.length); at++) {
    const id = /\(@(\d+)\)/.exec(rows[at])[1]
    const trace = await run(folder, ['trace', '--snapshot', files(folder)[2], '--node-id', id])
    rows[at] += `\n${trace
      .split('\n')
      .filter(line => /^(\[|\s+--)/.test(line))
      .join('\n')}`
  }
  return { said: rows }
}

function judged(said, names) {
  const place = said.findIndex(text => new RegExp(`(?<![\\w$#])(?:${names})(?![\\w$])`).test(text))
  return place === 0 ? 'right' : place > 0 && place < 3 ? 'in three' : said.length > 0 ? 'wrong' : 'missed'
}

// With the options of memlab's own shebang line.
function run(folder, argv) {
  const words = ['--expose-gc', '--max-old-space-size=4096', memlab(), ...argv, '--work-dir', join(folder, 'memlab')]
  return new Promise((resolve, reject) =>
    execFile(process.execPath, words, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      // Without colours; an overwritten line counts as a line.
      const text = stripVTControlCharacters(`${stdout}\n${stderr}`.replaceAll('\u001b[K', '\n'))
      if (error === null) resolve(text)
      else reject(new Error(`${error.signal ?? error.code}: ${lastLine(text)}`))
    }),
  )
}

const seconds = began => Math.round((performance.now() - began) / 100) / 10

const lastLine = text => text.trimEnd().split('\n').at(-1)

const files = folder =>
  readdirSync(folder)
    .filter(name => name.endsWith('.heapsnapshot'))
    .sort()
    .map(name => join(folder, name))

function isWritten(path) {
  if (path === undefined || statSync(path).size < 2) return false
  const file = openSync(path)
  const end = Buffer.alloc(2)
  readSync(file, end, 0, 2, statSync(path).size - 2)
  closeSync(file)
  return end.toString() === ']}'
}

/** A table of memlab's and leakscope's answers, and the sums. */
export function memlabTable(entries, isCleanName) {
  const asked = entries.filter(([, row]) => row.memlab !== undefined)
  const leaking = asked.filter(([name]) => !isCleanName(name))
  const clean = asked.filter(([name]) => isCleanName(name))
  const cell = ({ answer, count }) => (typeof answer === 'number' ? String(count) : `${answer} (${count})`)
  const lines = asked.map(([name, { answer, seconds, memlab }]) => {
    const cells = modes.map(mode => cell(memlab.answers[mode]))
    return `| ${name} | ${answer} | ${seconds} | ${cells.join(' | ')} | ${took(memlab)} | ${path(memlab.answers['find-leaks'].says[0])} |`
  })
  const sums = modes.map(mode => {
    const at = (rows, test) => rows.filter(([, { memlab }]) => test(memlab.answers[mode])).length
    const is = word => at(leaking, ({ answer }) => answer === word)
    return [
      `${mode}: of ${leaking.length} leaking right in ${is('right')}, in three in ${is('in three')}, wrong in ${is('wrong')}, missed in ${is('missed')}, failed in ${is('failed')};`,
      `of ${clean.length} clean it answers something in ${at(clean, ({ count }) => count > 0)}, failed in ${at(clean, ({ answer }) => answer === 'failed')}.`,
    ].join(' ')
  })
  const any = words =>
    leaking.filter(([, { memlab }]) => modes.some(mode => words.includes(memlab.answers[mode].answer))).length
  return [
    `| program | leakscope | seconds | ${modes.join(' | ')} | seconds | first answer of find-leaks |`,
    `| --- | --- | ---: | ${modes.map(() => '---').join(' | ')} | ---: | --- |`,
    ...lines,
    '',
    ...sums,
    `Any of the three: right in ${any(['right'])}, right or in three in ${any(['right', 'in three'])}.`,
    '',
  ].join('\n')
}

const took = ({ seconds, answers }) => Math.round(seconds + modes.reduce((sum, mode) => sum + answers[mode].seconds, 0))

/** The names on a retainer trace, in readable form: `pending PendingRequest.body Object`. */
function path(text = '') {
  const steps = [...text.matchAll(/--(.*?) \((property|variable|internal|element|hidden)\)--->\s+\[(.*?)\] \(/g)]
  return steps
    .flatMap(([, edge, type, node]) => (type === 'property' || type === 'variable' ? [`.${edge} ${node}`] : []))
    .slice(-4)
    .join(' ')
    .replaceAll('|', '\\|')
}
