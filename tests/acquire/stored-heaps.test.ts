import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { pruneHeaps, storedHeaps } from '../../src/acquire/stored-heaps.js'

const name = (minute: number): string => `2026-11-22T17-0${minute}-05.123-pid4121.heapsnapshot`

function folder(minutes: readonly number[]): string {
  const made = mkdtempSync(join(tmpdir(), 'leakscope-stored-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  for (const minute of minutes) {
    writeFileSync(join(made, name(minute)), 'x'.repeat(100))
    writeFileSync(join(made, `${name(minute)}.origin.json`), 'x'.repeat(20))
  }
  return made
}

const left = (of: string): number[] => storedHeaps(of).map(({ path }) => Number(/17-0(\d)/.exec(path)![1]))

test('keeps the newest, with their origin files', () => {
  const here = folder([3, 1, 2])
  expect(pruneHeaps(here, { keep: 2 }).map(({ bytes }) => bytes)).toEqual([120])
  expect(left(here)).toEqual([2, 3])
  expect(existsSync(join(here, `${name(1)}.origin.json`))).toBe(false)
})

test('keeps no more bytes than allowed', () => {
  const here = folder([1, 2, 3])
  pruneHeaps(here, { maxSize: 250 })
  expect(left(here)).toEqual([2, 3])
})

test('keeps files not named by a capture, and ignores links', () => {
  const here = folder([1])
  writeFileSync(join(here, 'mine.heapsnapshot'), '')
  symlinkSync('/etc/hosts', join(here, name(2)))
  pruneHeaps(here, { keep: 0 })
  expect(readdirSync(here).sort()).toEqual([name(2), 'mine.heapsnapshot'])
  expect(pruneHeaps(join(here, 'nowhere'), { keep: 0 })).toEqual([])
})
