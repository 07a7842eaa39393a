#!/usr/bin/env node
// Builds the addon for capture by fork from its C files, for this machine and, if Debian's cross compiler and musl-gcc are
// installed, for aarch64 and for musl (Alpine):
//
//   node .ci/build-addon.mjs              builds what it can, and prints in one line what it cannot
//   node .ci/build-addon.mjs --required   fails if the addon for this machine was not built
//
//   node .ci/build-addon.mjs --sanitize   with clang's address and undefined-behaviour sanitizers: for .ci/sanitize, not for the package
//
// leakscope works without it: heaps are then captured through the inspector. CC selects another compiler.
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
        // V8's memory is read at any alignment, which x64 and arm64 allow.
        '-fno-sanitize=alignment',
        '-fno-sanitize-recover=all',
        '-shared-libasan',
      ]
    : ['-O2', '-s']),
]

// Node.js reports the glibc it was linked with; on musl there is none.
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
  console.log(`The addon for capture by fork was not built: ${outcome}. Heaps are captured through the inspector.`)
  if (process.argv.includes('--required')) process.exitCode = 1
}
// The other platforms are optional, for packaging.
if (why === undefined && !sanitized)
  for (const platform of Object.keys(compilers)) if (platform !== own) build(platform)

/** Why the addon for a platform could not be built; `undefined` when it was. */
function build(platform) {
  const compiler = compilers[platform]
  const headers = nodeHeaders()
  if (!existsSync(sources[0])) return 'its source is missing'
  if (headers === undefined) return 'the headers (node-api-headers) are not installed'
  if (compiler === undefined) return `no compiler for ${platform}`

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
  if (error?.code === 'ENOENT') return `no C compiler (${compiler})`
  return `${compiler} failed: ${(error?.message ?? stderr).trim()}`
}

function report() {
  process.report.excludeNetwork = true // otherwise it resolves the names of all peers of this process
  return process.report.getReport()
}

// musl-gcc has no kernel headers: uses the system's, after musl's.
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
