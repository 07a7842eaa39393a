import { resolve } from 'node:path'
import type { Command, Option } from 'commander'
import { type ConfigFile, readConfig } from '../config/file.js'
import { LeakscopeError } from '../errors.js'
import type { Io } from './io.js'
import { parserOf } from './option-errors.js'

/** Options with the same meaning in every command, which a configuration can set at the top level. */
export const sharedKeys: readonly string[] = ['dir', 'keep', 'maxSize', 'capture', 'force', 'color', 'quiet']

/** Options for a single call, not for a project. */
const callOnly: readonly string[] = ['config', 'help', 'version', 'json', 'warmUp', 'updateBaseline', 'eval']

/** A value in effect, and its origin. */
export interface Setting {
  readonly command: string
  readonly key: string
  readonly value: unknown
  /** `default`, `command line`, an environment variable, or the file. */
  readonly from: string
}

/** The options of a command that a configuration or the environment can set. */
export const settableOptions = (command: Command): Option[] =>
  command.options.filter(option => !callOnly.includes(option.attributeName()))

/**
 * Sets options that are not on the command line from the environment or the configuration. Precedence: the command
 * line, `LEAKSCOPE_CHECK_ROUNDS`, `LEAKSCOPE_ROUNDS`, the command's section in the file, the top level of the file.
 * Errors: USAGE, and those of reading the file.
 */
export async function applySettings(command: Command, io: Io): Promise<void> {
  const config = await configOf(command.opts().config as string | undefined, io)
  if (config !== undefined) refuseUnknown(config, command)
  for (const option of settableOptions(command)) {
    const key = option.attributeName()
    if (command.getOptionValueSource(key) === 'cli') continue
    const given = givenFor(option, command, config, io)
    if (given !== undefined) command.setOptionValueWithSource(key, parsed(option, given.value, given.from), given.from)
  }
}

/** The settings in effect for a command. */
export const settingsOf = (command: Command): Setting[] =>
  settableOptions(command).map(option => {
    const key = option.attributeName()
    const source = command.getOptionValueSource(key)
    return {
      command: command.name(),
      key,
      value: command.opts()[key] as unknown,
      from: source === 'cli' ? 'command line' : (source ?? 'default'),
    }
  })

const configOf = (named: string | undefined, io: Io): Promise<ConfigFile | undefined> => {
  const file = named ?? io.env.LEAKSCOPE_CONFIG
  const folder = folderOf(io)
  // The folder has been removed.
  if (folder === undefined) return Promise.resolve(undefined)
  return readConfig(folder, file === undefined || file === '' ? undefined : resolve(folder, file))
}

function folderOf(io: Io): string | undefined {
  try {
    return io.cwd
  } catch {
    return undefined
  }
}

function givenFor(
  option: Option,
  command: Command,
  config: ConfigFile | undefined,
  io: Io,
): { value: unknown; from: string } | undefined {
  const key = option.attributeName()
  for (const name of [variable(`${command.name()}_${key}`), variable(key)]) {
    const value = io.env[name]
    if (value !== undefined && value !== '') return { value, from: name }
  }
  const section = config?.settings[command.name()] as Readonly<Record<string, unknown>> | undefined
  const value = section?.[key] ?? (sharedKeys.includes(key) ? config?.settings[key] : undefined)
  return value === undefined ? undefined : { value, from: config!.path }
}

/** `maxSize` → `LEAKSCOPE_MAX_SIZE`. */
export const variable = (key: string): string =>
  `LEAKSCOPE_${key
    .replace(/-/g, '_')
    .replace(/[A-Z]/g, letter => `_${letter}`)
    .toUpperCase()}`

function refuseUnknown({ path, settings }: ConfigFile, command: Command): void {
  const commands = command.parent?.commands ?? []
  const section = settings[command.name()]
  const keys = settableOptions(command).map(option => option.attributeName())
  if (section !== undefined && (typeof section !== 'object' || section === null || Array.isArray(section)))
    throw new LeakscopeError('USAGE', `${path}: ${command.name()} is not an object of settings`)
  const unknown = [
    ...Object.keys(settings).filter(
      key =>
        key !== '$schema' &&
        !sharedKeys.includes(key) &&
        !commands.some(each => each.name() === key) &&
        !later.includes(key),
    ),
    ...Object.keys((section as object | undefined) ?? {})
      .filter(key => !keys.includes(key))
      .map(key => `${command.name()}.${key}`),
  ]
  if (unknown.length === 0) return
  throw new LeakscopeError('USAGE', `${path} has a setting that does not exist: ${unknown.join(', ')}`, {
    hint: `\`leakscope config ${command.name()}\` lists the available settings.`,
  })
}

// Commands for live processes are not loaded for a question about a heap.
const later = [
  'attach',
  'ps',
  'doctor',
  'memory',
  'snapshot',
  'allocations',
  'report',
  'redact',
  'arm',
  'disarm',
  'check',
  'watch',
  'history',
  'config',
  'clean',
  'mcp',
  'completion',
]

function parsed(option: Option, value: unknown, from: string): unknown {
  if (!option.required && !option.optional) {
    if (typeof value === 'boolean') return value
    const word = String(value).toLowerCase()
    if (['1', 'true', 'yes', 'on'].includes(word)) return true
    if (['0', 'false', 'no', 'off'].includes(word)) return false
    throw new LeakscopeError('USAGE', `${from} sets ${option.attributeName()} to ${JSON.stringify(value)}`, {
      hint: 'Use true or false.',
    })
  }
  try {
    if (!Array.isArray(value)) return parseOne(option, value, undefined)
    return value.reduce((before: unknown, each) => parseOne(option, each, before), undefined)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const hint = error instanceof LeakscopeError ? error.hint : undefined
    throw new LeakscopeError('USAGE', `${from} sets ${option.attributeName()}: ${error.message}`, {
      hint,
      cause: error,
    })
  }
}

function parseOne(option: Option, value: unknown, before: unknown): unknown {
  const [text, parse] = [textOf(value), parserOf(option)]
  return parse === undefined ? text : parse(text, before)
}

// `{ match, reason }` corresponds to `--ignore 'match # reason'` on the command line.
function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'match' in value) {
    const { match, reason } = value as { match: unknown; reason?: unknown }
    return reason === undefined ? String(match) : `${String(match)} # ${String(reason)}`
  }
  return String(value)
}
