import { Command } from 'commander'
import { LeakscopeError } from '../../errors.js'
import { standard } from '../../report/columns.js'
import type { Report } from '../../report/report.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import { configSchema } from '../config-schema.js'
import type { Io } from '../io.js'
import { applySettings, type Setting, settingsOf } from '../settings.js'

interface Options extends AnswerOptions {
  readonly schema?: boolean
  readonly config?: string
}

/** `leakscope config`: the settings in effect, and where each comes from. */
export function configCommand(io: Io): Command {
  const command = new Command('config')
    .description('The settings in effect and where each comes from: all of one command, or those that were set.')
    .argument('[command]', 'a command, such as check')
    .option('--schema', 'print the JSON Schema of leakscope.config.* instead')
  return withAnswerOptions(command).action(async (name: string | undefined, options: Options) => {
    const commands = command.parent!.commands.filter(each => each.name() !== 'help')
    if (options.schema === true) {
      io.stdout.write(`${JSON.stringify(configSchema(commands), null, 2)}\n`)
      return
    }
    const asked = name === undefined ? commands : commands.filter(each => each.name() === name)
    if (asked.length === 0) {
      throw new LeakscopeError('USAGE', `there is no command '${name}'`, { hint: 'leakscope --help lists them.' })
    }
    const settings: Setting[] = []
    for (const each of asked) {
      // A file named with --config here applies to all of them.
      if (options.config !== undefined) each.setOptionValueWithSource('config', options.config, 'cli')
      await applySettings(each, io)
      settings.push(...settingsOf(each).filter(({ from }) => name !== undefined || from !== 'default'))
    }
    await answer(reported(settings), { command: 'config', target: null, heaps: [] }, { options, io })
  })
}

const reported = (settings: readonly Setting[]): Report => ({
  title: 'Configuration',
  ...(settings.length === 0 ? { headline: 'Nothing is set: every option has its default.' } : {}),
  sections: [
    {
      shape: 'table',
      title: 'Configuration',
      columns: [
        { key: 'command', title: 'Command', unit: 'text' },
        { key: 'key', title: 'Setting', unit: 'text' },
        standard.value,
        { key: 'from', title: 'From', unit: 'text' },
      ],
      rows: settings.map(({ command, key, value, from }) => ({ command, key, value: shown(value), from })),
    },
  ],
  notes: [],
})

function shown(value: unknown): string | null {
  if (value === undefined) return null
  const json = JSON.stringify(value)
  const plain: unknown = JSON.parse(json)
  return typeof plain === 'string' ? plain : json
}
