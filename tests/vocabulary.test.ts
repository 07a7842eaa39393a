import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

// Words that this code used to use in a sense of its own, and the field's word for each: docs/architecture.md.
const instead: Readonly<Record<string, string>> = {
  accuse: 'suspect',
  charge: 'suspect, evidence',
  clue: 'evidence',
  crowd: 'merged group',
  judgement: 'assessment (of a capture), conclusion (of a check)',
  ledger: 'heap summary',
  likeness: 'type hash',
  lineage: 'object history',
  tenancy: 'attachment',
  tell: 'report, show, match',
  victim: 'target',
}

const imports = /^import [\s\S]*?from '[^']*'$/gm
// Names that are part of the contract (docs/cli.md, docs/objgraph.md), or of Node.js and V8.
const known: ReadonlySet<string> = new Set(['untold', 'whatCanTell'])

// Expressions in messages that are hard to read in English, or name something by another word than the docs.
const inMessages: readonly (readonly [RegExp, string])[] = [
  [/\b(is|are|be|was|were) told\b/, 'is reported, is known, is shown'],
  [/\b(does|do|can|could) not tell\b/, 'does not say, is inconclusive'],
  [/\btells? apart\b/, 'distinguishes'],
  [/\ba copy of (it|the process|the target)\b/, 'a forked child'],
  [/\baccus|\bledger|\blineage|\bcrowd\b|\bvictim\b/, 'the words above'],
  [/\bis no (object|regular|child|heap|snapshot)\b/, 'is not a'],
]

const source = resolve(import.meta.dirname, '../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => ({ name, text: withoutComments(readFileSync(join(source, name), 'utf8')).replace(imports, '') }))

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

/** `tellNotes` → `tell`, `notes`. */
const parts = (identifier: string): string[] =>
  identifier
    .replace(/([a-z])(?=[A-Z])/g, '$1 ')
    .toLowerCase()
    .split(/[ _]/)

const stem = (word: string): string => word.replace(/^told$/, 'tell').replace(/(?<=[^s])s$|ing$|ed$/, '')

test('identifiers use the words of the field', () => {
  const found = files.flatMap(({ name, text }) =>
    [...new Set(text.replace(/'[^'\n]*'|"[^"\n]*"|`[^`$]*`/g, '').match(/[A-Za-z_]\w*/g))]
      .filter(identifier => !known.has(identifier))
      .flatMap(identifier => {
        const word = parts(identifier).find(part => Object.hasOwn(instead, stem(part)) || part === 'accused')
        return word === undefined ? [] : [`${name}: ${identifier} (rather: ${instead[stem(word)] ?? 'suspect'})`]
      }),
  )
  expect(found).toEqual([])
})

test('messages are in plain English', () => {
  const found = files.flatMap(({ name, text }) =>
    [...text.matchAll(/'([^'\n]*)'|"([^"\n]*)"|`([^`]*)`/g)]
      .map(([, single, double, template]) => single ?? double ?? template ?? '')
      .flatMap(message =>
        inMessages
          .filter(([word]) => word.test(message))
          .map(([, rather]) => `${name}: ${message} (rather: ${rather})`),
      ),
  )
  expect(found).toEqual([])
})

test('both see words that are out', () => {
  expect(parts('tellNotes').map(stem)).toEqual(['tell', 'note'])
  expect(inMessages.some(([word]) => word.test('a copy of the process writes'))).toBe(true)
})
