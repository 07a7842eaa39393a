import type { Command, Option } from 'commander'
import { settableOptions, sharedKeys } from './settings.js'

/** The JSON Schema of `leakscope.config.*`, generated from the options of the commands. */
export function configSchema(commands: readonly Command[]): object {
  const shared = commands.flatMap(settableOptions).filter(option => sharedKeys.includes(option.attributeName()))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'leakscope.config',
    description: 'Defaults for the commands of leakscope. The command line and LEAKSCOPE_* variables override them.',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      ...propertiesOf(shared),
      ...Object.fromEntries(
        commands.map(command => [
          command.name(),
          {
            type: 'object',
            description: command.description(),
            additionalProperties: false,
            properties: propertiesOf(settableOptions(command)),
          },
        ]),
      ),
    },
  }
}

const propertiesOf = (options: readonly Option[]): object =>
  Object.fromEntries(
    options
      .filter(option => !option.hidden)
      .map(option => [option.attributeName(), { description: option.description, ...typeOf(option) }]),
  )

function typeOf(option: Option): object {
  if (!option.required && !option.optional) return { type: 'boolean' }
  const one =
    option.argChoices === undefined ? { type: ['string', 'number'] } : { type: 'string', enum: option.argChoices }
  if (option.attributeName() === 'ignore') {
    const rule = {
      type: 'object',
      additionalProperties: false,
      required: ['match'],
      properties: { match: { type: 'string' }, reason: { type: 'string' } },
    }
    return { type: 'array', items: { anyOf: [{ type: 'string' }, rule] } }
  }
  return repeatable.includes(option.attributeName()) ? { anyOf: [one, { type: 'array', items: one }] } : one
}

const repeatable = ['output', 'expr', 'id', 'type', 'webhook', 'otlp']
