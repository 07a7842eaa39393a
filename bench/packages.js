/**
 * Installs what a program of fixtures/leaks/packages/ needs, once: the program and its package.json are taken to a folder of the
 * cache, and npm installs there, without running anybody's scripts. Versions are pinned, so that what is installed already is used
 * again without a network.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'leakscope-bench')

/** The folder where a program can be started; fails with the reason if its packages cannot be had. */
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
