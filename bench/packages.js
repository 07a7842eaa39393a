/**
 * Installs the packages that a program of fixtures/leaks/packages/ needs, once: copies the program and its package.json to a folder of
 * the cache, and runs npm install there, without install scripts. Versions are pinned, so installed packages are reused without a network.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'leakscope-bench')

/** Returns the folder where a program can be started; throws if its packages cannot be installed. */
export async function installed(corpus, name) {
  const from = join(corpus, name)
  const home = join(cache, name)
  const wanted = readFileSync(join(from, 'package.json'), 'utf8')
  const has = textOf(join(home, 'package.json')) === wanted && existsSync(join(home, 'node_modules/.package-lock.json'))
  mkdirSync(home, { recursive: true })
  cpSync(join(corpus, 'ends.cjs'), join(cache, 'ends.cjs'))
  cpSync(from, home, { recursive: true })
  if (!has) await install(home)
  return home
}

const textOf = path => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

function install(folder) {
  const argv = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']
  return new Promise((resolve, reject) =>
    execFile('npm', argv, { cwd: folder, timeout: 120_000 }, (error, _, stderr) => {
      if (error === null) resolve()
      else reject(new Error(`npm install: ${stderr.trim().split('\n')[0] || error.message}`))
    }),
  )
}
