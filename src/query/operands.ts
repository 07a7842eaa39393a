import type { LeakscopeError } from '../errors.js'
import { nearNames } from '../heap/type-names.js'
import type { Cursor } from './cursor.js'
import { type Fact, factNamed, facts } from './facts.js'
import type { Expression, Path, Step } from './syntax.js'
import { syntaxError } from './syntax-error.js'

const constants: Readonly<Record<string, boolean | null | undefined>> = {
  true: true,
  false: false,
  null: null,
  undefined: undefined,
}

/** Parses a literal, a name or a path; `undefined` for anything else. */
export function operand(cursor: Cursor): Expression | undefined {
  const token = cursor.next
  const { at } = token
  switch (token.kind) {
    case 'number':
    case 'text':
      cursor.take()
      return { kind: 'literal', value: token.value, at }
    case 'pattern':
      cursor.take()
      return { kind: 'pattern', pattern: token.value, at }
    case 'word':
      return named(cursor, token.value, at)
  }
  if (cursor.sign('@') !== undefined) {
    const id = cursor.next
    if (id.kind !== 'number') throw cursor.expected('an object id after @, such as @1203')
    cursor.take()
    return { kind: 'literal', value: id.value, at }
  }
  const found = path(cursor)
  return found === undefined ? undefined : { kind: 'path', path: found, at }
}

function named(cursor: Cursor, word: string, at: number): Expression {
  const lower = word.toLowerCase()
  if (Object.hasOwn(constants, lower)) {
    cursor.take()
    return { kind: 'literal', value: constants[lower], at }
  }
  const fact = factNamed(lower)
  if (fact === undefined) throw unknownName(cursor)
  cursor.take()
  return { kind: 'fact', fact, of: argument(cursor, fact), at }
}

/** `retained(.cache)`: a fact of a field's value. */
function argument(cursor: Cursor, fact: Fact): Path | undefined {
  if (cursor.sign('(') === undefined) return undefined
  const found = path(cursor)
  if (found === undefined) throw cursor.expected(`a field, such as ${fact.name}(.user)`)
  cursor.need(')', ')')
  return found
}

function path(cursor: Cursor): Path | undefined {
  const from = cursor.next.at
  const steps: Step[] = []
  for (let one = step(cursor); one !== undefined; one = step(cursor)) steps.push(one)
  return steps.length === 0 ? undefined : { steps, text: cursor.text.slice(from, cursor.end) }
}

function step(cursor: Cursor): Step | undefined {
  const lead = cursor.sign('.', '->')
  if (lead !== undefined) {
    const kind = lead.value === '.' ? 'property' : 'variable'
    const hash = kind === 'property' && cursor.sign('#') !== undefined ? '#' : ''
    const name = cursor.next
    if (name.kind !== 'word') {
      throw cursor.expected(
        kind === 'property' ? 'the name of a field after the dot' : 'the name of a variable after ->',
      )
    }
    cursor.take()
    return { kind, name: hash + name.value }
  }
  if (cursor.sign('[') === undefined) return undefined
  const key = cursor.next
  if (key.kind !== 'text' && !(key.kind === 'number' && Number.isInteger(key.value))) {
    throw cursor.expected('an index or a quoted key, such as [0] or ["odd key"]')
  }
  cursor.take()
  cursor.need(']', ']')
  return key.kind === 'text' ? { kind: 'property', name: key.value } : { kind: 'element', index: key.value }
}

/** The error for an unknown name, which may be mistyped, a field without its dot, or text without quotes. */
export function unknownName(cursor: Cursor): LeakscopeError {
  if (cursor.isVerb) return cursor.expected('a name, a field such as .userId, or a value')
  const word = String(cursor.next.value)
  const names = facts.map(fact => fact.name)
  const [near] = nearNames(names, word, 1)
  const written = `A field begins with a dot (.${word}), text needs quotes ("${word}")`
  return syntaxError(
    cursor.text,
    cursor.next.at,
    `there is no name ${word}`,
    near === undefined ? `${written}; the names are ${names.join(', ')}.` : `Did you mean ${near}? ${written}.`,
  )
}
