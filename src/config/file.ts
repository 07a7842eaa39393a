import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LeakscopeError } from '../errors.js'
import { refuseUntrusted } from './trusted.js'

/** The contents of a configuration file: settings for all commands by key, and those of one command under its name. */
export interface ConfigFile {
  readonly path: string
  readonly settings: Readonly<Record<string, unknown>>
}

const names = ['leakscope.config.json', 'leakscope.config.mjs', 'leakscope.config.ts']

/**
 * The configuration of a folder, `undefined` if there is none. Parent folders are not searched, since the file may run
 * code. `named` is a file that the user named, whoever owns it. Errors: USAGE, NOT_FOUND, UNSUPPORTED.
 */
export async function readConfig(folder: string, named?: string): Promise<ConfigFile | undefined> {
  const path = named ?? fileIn(folder)
  if (path === undefined) return undefined
  if (!existsSync(path)) {
    throw new LeakscopeError('NOT_FOUND', `there is no file ${path}`, { hint: 'Name a file with --config.' })
  }
  if (named === undefined) refuseUntrusted(path)
  const settings = await load(path).catch((cause: unknown) => {
    if (cause instanceof LeakscopeError) throw cause
    throw new LeakscopeError('USAGE', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  })
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new LeakscopeError('USAGE', `${path} contains no settings`, {
      hint: 'It must be an object, in a module the default export: export default { check: { rounds: 10 } }',
    })
  }
  return { path, settings: settings as Record<string, unknown> }
}

function fileIn(folder: string): string | undefined {
  const found = names.map(name => join(folder, name)).filter(path => existsSync(path))
  if (found.length < 2) return found[0]
  throw new LeakscopeError('USAGE', `there are ${found.length} configurations: ${found.join(', ')}`, {
    hint: 'Keep one of them.',
  })
}

async function load(path: string): Promise<unknown> {
  if (extname(path) === '.json') return JSON.parse(readFileSync(path, 'utf8')) as unknown
  const module = (await (extname(path) === '.ts' ? importTypeScript(path) : import(pathToFileURL(path).href))) as {
    default?: unknown
  }
  return typeof module.default === 'function' ? await (module.default as () => unknown)() : module.default
}

// Node.js supports TypeScript from 22.18 on.
async function importTypeScript(path: string): Promise<unknown> {
  if ((process.features as { typescript?: unknown }).typescript) return import(pathToFileURL(path).href)
  let jiti: string
  try {
    jiti = createRequire(path).resolve('jiti')
  } catch (cause) {
    throw new LeakscopeError('UNSUPPORTED', `Node.js ${process.version} does not read TypeScript (${path})`, {
      hint: 'Install jiti beside it, use Node.js 22.18 or newer, or write the configuration as .mjs or .json.',
      cause,
    })
  }
  const { createJiti } = (await import(pathToFileURL(jiti).href)) as {
    createJiti(from: string): { import(path: string): Promise<unknown> }
  }
  return createJiti(path).import(path)
}
