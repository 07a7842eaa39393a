import fc from 'fast-check'
import { expect, test } from 'vitest'
import { excerpt, plain, wellFormed } from '../../src/render/plain-text.js'
import { clipped, widthOf } from '../../src/render/text-width.js'
import { hostile, UNSAFE } from './hostile.js'

test('control characters for a terminal are shown as JavaScript escapes', () => {
  expect(plain('one\ntwo\ttab\r')).toBe('one\\ntwo\\ttab\\r')
  expect(plain('\x1b[31mred\x07\x9b2J\0')).toBe('\\u001b[31mred\\u0007\\u009b2J\\u0000')
  expect(plain('user\u202egnp.exe\u2066\u200b\ufeff')).toBe('user\\u202egnp.exe\\u2066\\u200b\\ufeff')
  expect(plain('\ud800 alone, \u{1f469}\u200d\u{1f4bb} joined, \u{e0041} tagged')).toBe(
    '\\ud800 alone, 👩‍💻 joined, \\u{e0041} tagged',
  )
})

test('ordinary text in any language is unchanged', () => {
  for (const text of ['C:\\new\\table', 'Größe', '日本語', 'می‌خواهم', '❤️', 'a & <b> "c"'])
    expect(plain(text)).toBe(text)
})

test('plain text is safe, and converting it again changes nothing', () => {
  fc.assert(
    fc.property(hostile, text => {
      expect(plain(text)).not.toMatch(UNSAFE)
      expect(plain(text)).not.toContain('\n')
      expect(plain(plain(text))).toBe(plain(text))
    }),
  )
})

test('an excerpt is the beginning of the plain text, cut between characters', () => {
  expect(excerpt('abcdef', 6)).toBe('abcdef')
  expect(excerpt('abcdefg', 6)).toBe('abcde…')
  expect(excerpt('😀😀😀😀', 3)).toBe('😀😀…')
  fc.assert(
    fc.property(hostile, fc.integer({ min: 1, max: 50 }), (text, most) => {
      const whole = Array.from(plain(text))
      expect(excerpt(text, most)).toBe(whole.length <= most ? whole.join('') : `${whole.slice(0, most - 1).join('')}…`)
    }),
  )
})

test('halves of surrogate pairs become U+FFFD, whole pairs stay', () => {
  expect(wellFormed('\ud83d\ude00 \ud83d \ude00')).toBe('😀 \ufffd \ufffd')
})

test('widths are counted in columns of a terminal', () => {
  expect(['abc', '日本語', '한국', '😀', '❤️', 'e\u0301', '👩‍💻', '…', 'ＡＢ'].map(widthOf)).toEqual([
    3, 6, 4, 2, 2, 1, 2, 1, 4,
  ])
})

test('clipped text fits, and loses no more than necessary', () => {
  expect(clipped('日本語', 6)).toBe('日本語')
  expect(clipped('日本語', 5)).toBe('日本…')
  expect(clipped('日本語', 4)).toBe('日…')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 30 }), (text, columns) => {
      expect(widthOf(clipped(text, columns))).toBeLessThanOrEqual(columns)
    }),
  )
})
