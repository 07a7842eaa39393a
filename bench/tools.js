import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measured } from './measured.js'
import { cache } from './snapshots.js'

const file = name => fileURLToPath(new URL(name, import.meta.url))
const node = (...words) => [process.execPath, '--max-old-space-size=16384', ...words]

/**
 * The measured tools, in the order of a round. `prepare` installs a tool if necessary and returns its command for a snapshot; it throws
 * if the tool is not available, and the benchmark says so.
 */
export const tools = [
  { name: 'node', does: 'starts and ends (`node -e 0`)', prepare: () => () => [process.execPath, '-e', '0'] },
  { name: 'cat', does: 'reads the file', prepare: () => path => ['cat', path] },
  {
    name: 'leakscope types',
    does: '`leakscope types`: counts and shallow sizes by type',
    prepare: () => path => [process.execPath, file('../bin/leakscope.js'), 'types', '--quiet', path],
  },
  {
    name: 'leakscope',
    does: 'whole analysis: retainers, dominators, shallow and retained sizes, distances, types',
    // Without any flag, as users run it.
    prepare: () => path => [process.execPath, file('whole.js'), path],
  },
  {
    name: '@heap-snapshot/tool',
    does: '`heap-snapshot summary`, in Rust: retainers, dominators, retained sizes by type',
    prepare() {
      const binary = process.env.LEAKSCOPE_HEAP_SNAPSHOT_TOOL ?? installed('@heap-snapshot/tool@0.0.10', rustBinary)
      const { failure } = measured([binary, '--version'])
      if (failure !== undefined) throw new Error(`Its binary does not run here: ${failure}`)
      return path => [binary, 'summary', path]
    },
  },
  {
    name: 'DevTools',
    does: 'loads the snapshot as Chrome does, in its own two workers: retainers, dominators, shallow and retained sizes, distances, statistics',
    prepare() {
      const folder = process.env.LEAKSCOPE_DEVTOOLS_DIR ?? join(cache, 'devtools')
      execFileSync('bash', [file('../.ci/fetch-devtools'), folder], { stdio: ['ignore', 'ignore', 'inherit'] })
      return path => node(file('devtools/analyse.js'), folder, path)
    },
  },
  {
    name: 'memlab',
    does: '`getFullHeapFromFile`: retainers, shortest paths, dominators, retained sizes, detachedness',
    prepare() {
      const folder = join(cache, 'tools')
      installed('@memlab/heap-analysis@2.0.5', 'node_modules/@memlab/heap-analysis')
      return path => node(file('memlab.js'), folder, path)
    },
  },
]

const rustBinary = `node_modules/@heap-snapshot/${process.platform}-${process.arch}/heap-snapshot`

/** Installs a package into the cache unless it is there, and returns the path of one of its files. */
export function installed(specifier, path) {
  const folder = join(cache, 'tools')
  const found = join(folder, path)
  if (!existsSync(found)) {
    mkdirSync(folder, { recursive: true })
    const words = ['install', '--prefix', folder, '--silent', '--ignore-scripts', '--no-audit', '--no-fund', specifier]
    execFileSync('npm', words, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  if (!existsSync(found)) throw new Error(`${specifier} has nothing for ${process.platform}-${process.arch}`)
  return found
}
