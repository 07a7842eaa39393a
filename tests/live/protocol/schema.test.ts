import { describe, expect, test } from 'vitest'
import {
  accept,
  cutText,
  digits,
  either,
  flag,
  integer,
  list,
  nothing,
  number,
  object,
  optional,
  otherwise,
  type Schema,
  text,
  textLike,
  tuple,
} from '../../../src/live/protocol/schema.js'

const why = (schema: Schema<unknown>, value: unknown): string => {
  try {
    accept(schema, value, 'the answer')
    return 'accepted'
  } catch (error) {
    expect(error).toMatchObject({ name: 'LeakscopeError', code: 'ATTACH', hint: expect.stringContaining('trust') })
    return (error as Error).message
  }
}

describe('accepted values', () => {
  test.each<[string, Schema<unknown>, unknown]>([
    ['a pid', integer(1, 4_194_304), 4121],
    ['a number', number(0, 1), 0.5],
    ['digits', digits(), '77'],
    ['text', text(3), 'abc'],
    ['a flag', flag, false],
    ['null', either(text(1), nothing), null],
    ['a missing field', object({ a: optional(text(1)) }), {}],
    ['a list', list(integer(0, 9), 2), [1, 2]],
    ['a tuple', tuple(integer(0, 9), text(3)), [1, 'a']],
  ])('%s', (_, schema, value) => {
    expect(why(schema, value)).toBe('accepted')
  })

  test('only the described properties of an object', () => {
    const value = JSON.parse('{"a": 1, "b": 2, "__proto__": {"polluted": 1}}')
    expect(accept(object({ a: integer(0, 9) }), value, '')).toEqual({ a: 1 })
  })

  test('text that is only shown is truncated', () => {
    expect(accept(cutText(3), 'abcdef', '')).toBe('abc')
  })

  test('optional values are replaced', () => {
    expect(accept(otherwise(text(3), null), { evil: 1 }, '')).toBeNull()
  })
})

describe('refused values, and why', () => {
  test.each<[Schema<unknown>, unknown, string]>([
    [integer(1, 9), '../tmp/x', 'it is not a number'],
    [integer(1, 9), 1.5, 'it is not a whole number'],
    [integer(1, 9), 10, 'it is 10, not between 1 and 9'],
    [integer(1, 9), Number.NaN, 'it is not a number'],
    [number(0, 9), Number.POSITIVE_INFINITY, 'it is not a number'],
    [digits(), '7x', 'it is not of the expected form'],
    [digits(5), '7', 'it is 7, not between 0 and 5'],
    [text(3), 'abcd', 'it has 4 characters, more than 3'],
    [text(3), { toString: () => 'a' }, 'it is not text'],
    [textLike(/^v\d+$/, 9), 'v22\x1b[31m', 'it is not of the expected form'],
    [flag, 1, 'it is neither true nor false'],
    [list(text(1), 1), ['a', 'b'], 'it has 2 members, more than 1'],
    [list(text(1), 2), { length: 1 }, 'it is not a list'],
    [object({ a: object({ b: list(text(1), 2) }) }), { a: { b: ['a', 5] } }, '.a.b[1] is not text'],
    [object({ a: text(1) }), [], 'it is not an object'],
    [object({ a: text(1) }), null, 'it is not an object'],
    [object({ toString: text(9) }), {}, '.toString is not text'],
    [tuple(text(1), text(1)), ['a'], '[1] is not text'],
  ])('case %#', (schema, value, expected) => {
    expect(why(schema, value)).toBe(`unexpected answer to the answer: ${expected}`)
  })
})
