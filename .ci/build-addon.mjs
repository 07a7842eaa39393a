#!/usr/bin/env node
// Builds the addon for capture by fork from its C files, for this machine and, where Debian's cross compiler and musl-gcc are, for
// aarch64 and for musl (Alpine):
//
//   node .ci/build-addon.mjs              what can be built; says in one line what cannot, and is content
//   node .ci/build-addon.mjs --required   fails where the addon for this machine was not built
//
//   node .ci/build-addon.mjs --sanitize   with the address and undefined-behaviour sanitizers, by clang: for .ci/sanitize, never to be packed
//
// leakscope works without it: heaps are then captured through the inspector. CC names another compiler.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('..', import.meta.url))
const memory = join(root, 'src/live/capture/memory')
const sources = [
  join(root, 'src/live/capture/fork/fork-capture.c'),
  ...readdirSync(memory)
    .filter(name => name.endsWith('.c'))
    .map(name => join(memory, name)),
]
const sanitized = process.argv.includes('--sanitize')
const flags = [
  ...['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-fvisibility=hidden'],
  ...(sanitized
    ? [
        '-O1',
        '-g',
        '-fno-omit-frame-pointer',
        '-fsanitize=address,undefined',
        // Of V8's memory words are read wherever they lie, which x64 and arm64 allow.
        '-fno-sanitize=alignment',
        '-fno-sanitize-recover=all',
        '-shared-libasan',
      ]
    : ['-O2', '-s']),
]

// glibc is what Node.js itself reports to have been linked with; there is none on musl.
const glibc = process.platform === 'linux' && report().header.glibcVersionRuntime !== undefined
const own = `linux-${process.arch}${glibc ? '' : '-musl'}`
const ownCompiler = process.env.CC ?? (sanitized ? 'clang' : 'cc')
const compilers = {
  'linux-x64': glibc ? 'x86_64-linux-gnu-gcc' : undefined,
  'linux-arm64': glibc ? 'aarch64-linux-gnu-gcc' : undefined,
  [`linux-${process.arch}-musl`]: 'musl-gcc',
  [own]: ownCompiler,
}

const why =
  process.platform !== 'linux'
    ? 'it is for Linux'
    : ['x64', 'arm64'].includes(process.arch)
      ? undefined
      : 'it is for x64 and arm64'
const outcome = why ?? build(own)
if (outcome !== undefined) {
  console.log(`Capture by fork is left out: ${outcome}. Heaps are captured through the inspector.`)
  if (process.argv.includes('--required')) process.exitCode = 1
}
// Another machine's is a bonus for those who pack.
if (why === undefined && !sanitized)
  for (const platform of Object.keys(compilers)) if (platform !== own) build(platform)

/** Why the addon for a platform could not be built; `undefined` when it was. */
function build(platform) {
  const compiler = compilers[platform]
  const headers = nodeHeaders()
  if (!existsSync(sources[0])) return 'its source is not here'
  if (headers === undefined) return 'the headers (node-api-headers) are not installed'
  if (compiler === undefined) return `there is no compiler for ${platform}`

  const addon = join(root, 'prebuilt', platform, 'fork-capture.node')
  const temporary = `${addon}.${process.pid}`
  mkdirSync(dirname(addon), { recursive: true })
  const include = compiler === 'musl-gcc' ? [`-I${headers}`, ...kernelHeaders()] : [`-I${headers}`]
  const { error, status, stderr } = spawnSync(compiler, [...flags, ...include, '-o', temporary, ...sources], {
    encoding: 'utf8',
  })
  if (error === undefined && status === 0) {
    // In one step: another process may have the old one mapped.
    renameSync(temporary, addon)
    console.log(`Capture by fork: built for ${platform}.`)
    return undefined
  }
  rmSync(temporary, { force: true })
  if (error?.code === 'ENOENT') return `there is no C compiler (${compiler})`
  return `${compiler} failed: ${(error?.message ?? stderr).trim()}`
}

function report() {
  process.report.excludeNetwork = true // it would ask for the names of all that this process is connected to
  return process.report.getReport()
}

// Of the kernel's own musl-gcc has none: those of the system, behind musl's.
function kernelHeaders() {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch]
  return ['/usr/include', `/usr/include/${machine}-linux-gnu`].flatMap(folder => ['-idirafter', folder])
}

function nodeHeaders() {
  try {
    return require('node-api-headers').include_dir
  } catch {
    return undefined
  }
}
