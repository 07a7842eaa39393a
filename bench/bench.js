/**
 * Compares leakscope with other tools that analyse heap snapshots, on generated snapshots.
 *
 *   npm run bench                           15, 150, 600 and 1500 MB, three rounds: about 20 minutes, 2.3 GB of disk, 10 GB of memory
 *   npm run bench -- --sizes 15,150         in parts; earlier results stay in the page, as long as they are in the cache
 *   npm run bench -- --sizes 3000           a size beyond the usual ones: the snapshot of 1500 MB twice
 *   npm run bench -- --only leakscope,cat   only some tools; writes no page
 *   npm run bench -- --runs 5
 *
 * Every round runs each tool once, in its own process, with the file in the page cache; the results are medians. Tables are written to
 * docs/performance.md. The machine may be busy, so prefer ratios, and processor time to elapsed time.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measured, median } from './measured.js'
import { page, table } from './page.js'
import { cache, snapshotOf } from './snapshots.js'
import { tools } from './tools.js'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '15,150,600,1500' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
})
const sizes = values.sizes.split(',').map(Number)
const runs = Number(values.runs)
const only = values.only?.split(',')
if (sizes.some(size => !(size > 4)) || !(runs >= 1)) throw new Error('sizes are megabytes, from 5; runs from 1')
const unknown = only?.filter(name => !tools.some(tool => tool.name === name))
if (unknown?.length > 0) throw new Error(`no tool ${unknown[0]}; there are ${tools.map(({ name }) => name).join(', ')}`)

const missing = {}
const commands = new Map()
for (const { name, prepare } of tools.filter(({ name }) => only === undefined || only.includes(name))) {
  try {
    commands.set(name, prepare())
  } catch (error) {
    missing[name] = error.message
    console.error(`${name} is left out: ${error.message}`)
  }
}

for (const size of sizes) {
  const result = resultOf(size)
  console.log(`\n${table(result)}\n`)
  if (only === undefined) keep(size, result)
}

function resultOf(size) {
  const { path, bytes } = snapshotOf(size)
  const rounds = new Map([...commands.keys()].map(name => [name, []]))
  // For a file this small, the start of the process dominates, which varies from run to run.
  for (let round = 0; round < (size < 50 ? 5 * runs : runs); round++) {
    for (const [name, command] of commands) {
      process.stderr.write(`\r\x1b[K${size} MB, round ${round + 1}: ${name} …`)
      rounds.get(name).push(measured(command(path)))
    }
  }
  process.stderr.write('\r\x1b[K')
  return {
    size,
    bytes,
    ...circumstances(),
    missing,
    tools: Object.fromEntries([...rounds].map(([name, all]) => [name, middle(all)])),
  }
}

/** The medians of a tool's runs, or its failure. Stages are those of the median run. */
function middle(all) {
  const failed = all.find(({ failure }) => failure !== undefined)
  if (failed !== undefined) return failed
  const of = key => median(all.map(each => each[key]))
  const cpu = of('cpu')
  return { wall: of('wall'), cpu, rss: of('rss'), runs: all.length, said: all.find(each => each.cpu === cpu).said }
}

function circumstances() {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const [{ model }, ...others] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    commit,
    machine: `${1 + others.length} × ${model}, Node.js ${process.versions.node}`,
  }
}

// Results of every size are kept, so that the page can combine several runs.
function keep(size, result) {
  const file = join(cache, 'results.json')
  const results = read(file)
  results[size] = result
  writeFileSync(file, JSON.stringify(results, null, 2))
  page(Object.values(results))
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
