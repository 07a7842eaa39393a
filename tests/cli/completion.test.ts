import { Command, Option } from 'commander'
import { expect, test } from 'vitest'
import { completions, type Offered } from '../../src/cli/session/completion.js'

const verbs = [
  new Command('types').option('--limit <n>').addOption(new Option('--format <name>').choices(['text', 'json'])),
  new Command('count').argument('<type>').option('-q, --quiet'),
  new Command('find').alias('by-type').option('--type <type>').option('--id <id...>').option('--where <expression>'),
  new Command('query').argument('<expression>'),
]
const offered: Offered = {
  types: () => ['Session', 'Set', 'system / Context'],
  ids: ['@12', '@120', '@7'],
  properties: () => ['user', 'userId', 'name'],
  names: async expression =>
    ({ globalThis: ['cache', 'process'], 'globalThis.cache': ['size', 'set', 'get'] })[expression] ?? [],
}

test.each([
  ['', ['types', 'count', 'find', 'by-type', 'query'], ''],
  ['ty', ['types '], 'ty'],
  ['help co', ['count '], 'co'],
  ['gc; mark;fi', ['find '], 'fi'],
  ['types --l', ['--limit '], '--l'],
  ['types --format j', ['json '], 'j'],
  ['count S', ['Session', 'Set'], 'S'],
  ['count --', ['--quiet '], '--'],
  ['find --type Se', ['Session', 'Set'], 'Se'],
  ["find --type 'sys", ["'system / Context' "], "'sys"],
  ['find --type "system / C', ['"system / Context" '], '"system / C'],
  ['by-type --id @1', ['@12', '@120'], '@1'],
  ['find --id @12 @1', ['@120 '], '@1'],
  ['nonsense S', [], 'S'],
  ['types ', [], ''],
  ['query .us', ['user', 'userId'], 'us'],
  ['query \'type = "A" and .user.na', ['name'], 'na'],
  ["find --type A --where '.us", ['user', 'userId'], 'us'],
  ['$ pro', ['process'], 'pro'],
  ['gc; $ globalThis.cache.s', ['size', 'set'], 's'],
  ['$ globalThis.cache?.s', ['size', 'set'], 's'],
  ['$ f(globalThis.cache.g', ['get'], 'g'],
])('%j can become %j', async (line, candidates, word) => {
  expect(await completions(line, verbs, offered)).toEqual([candidates, word])
})
