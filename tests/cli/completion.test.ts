import { Command, Option } from 'commander'
import { expect, test } from 'vitest'
import { completions } from '../../src/cli/session/completion.js'

const verbs = [
  new Command('types').option('--limit <n>').addOption(new Option('--format <name>').choices(['text', 'json'])),
  new Command('count').argument('<type>').option('-q, --quiet'),
  new Command('find').alias('by-type').option('--type <type>').option('--id <id...>'),
]
const offered = { types: () => ['Session', 'Set', 'system / Context'], ids: ['@12', '@120', '@7'] }

test.each([
  ['', ['types', 'count', 'find', 'by-type'], ''],
  ['ty', ['types'], 'ty'],
  ['help co', ['count'], 'co'],
  ['gc; mark;fi', ['find'], 'fi'],
  ['types --l', ['--limit'], '--l'],
  ['types --format j', ['json'], 'j'],
  ['count S', ['Session', 'Set'], 'S'],
  ['count --', ['--quiet'], '--'],
  ['find --type Se', ['Session', 'Set'], 'Se'],
  ["find --type 'sys", ["'system / Context'"], "'sys"],
  ['find --type "system / C', ['"system / Context"'], '"system / C'],
  ['by-type --id @1', ['@12', '@120'], '@1'],
  ['find --id @12 @1', ['@120'], '@1'],
  ['nonsense S', [], 'S'],
  ['types ', [], ''],
])('%j can become %j', (line, candidates, word) => {
  expect(completions(line, verbs, offered)).toEqual([candidates, word])
})
