import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { inCaptureOrder } from '../../src/acquire/capture-order.js'
import { writeOrigin } from '../../src/acquire/origin.js'

test('heaps of one process are sorted by capture time; others, or with an unknown time, are not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-order-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const heap = (name: string, second: number, pid = 1): string => {
    const path = join(folder, `${name}.heapsnapshot`)
    writeOrigin(path, {
      version: 1,
      pid,
      nodeVersion: 'v24.0.0',
      capturedAt: `2026-11-29T10:00:0${second}.000Z`,
      session: 's',
      startedAt: 5,
      cwd: null,
      scripts: [],
    })
    return path
  }
  const [a, b, c] = [heap('a', 1), heap('b', 2), heap('c', 3)]
  const other = heap('other', 0, 2)
  const isDoubtful = false
  expect(inCaptureOrder([c, a, b])).toEqual({ files: [a, b, c], moved: true, isDoubtful })
  expect(inCaptureOrder([a, b, c])).toEqual({ files: [a, b, c], moved: false, isDoubtful })
  expect(inCaptureOrder([b, other])).toEqual({ files: [b, other], moved: false, isDoubtful })
  expect(inCaptureOrder([c, join(folder, 'unknown'), a]).moved).toBe(false)
})

test('files of unknown time that were written newest first are doubtful, and not sorted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-order-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [old, young] = ['old', 'young'].map((name, at) => {
    const path = join(folder, `${name}.heapsnapshot`)
    writeFileSync(path, '')
    utimesSync(path, 1000 + at, 1000 + at)
    return path
  }) as [string, string]
  expect(inCaptureOrder([young, old])).toEqual({ files: [young, old], moved: false, isDoubtful: true })
  expect(inCaptureOrder([old, young]).isDoubtful).toBe(false)
  expect(inCaptureOrder([young, '-', old]).isDoubtful).toBe(false)
})
