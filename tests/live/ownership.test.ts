import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  CLOSE_INSPECTOR,
  CLOSE_INSPECTOR_OTHERWISE,
  CLOSE_INSPECTOR_TWICE,
  leaveTo,
  READ_MARK,
} from '../../src/live/attach/ownership.js'

const MARK = Symbol.for('leakscope.inspector')

/** A process that only notes what is closed. */
function drawn(mark?: unknown): {
  process: Record<PropertyKey, unknown>
  closed: string[]
  run(code: string): unknown
} {
  const closed: string[] = []
  const process: Record<PropertyKey, unknown> = {
    _debugEnd: () => void closed.push('_debugEnd'),
    getBuiltinModule: (name: string) => ({ close: () => void closed.push(name), setImmediate: () => {} }),
  }
  if (mark !== undefined) process[MARK] = mark
  const context = createContext({ process })
  return { process, closed, run: code => runInContext(code, context) }
}

describe('what is evaluated in a process on leaving it', () => {
  test.each([
    ['one turn', CLOSE_INSPECTOR],
    ['two turns', CLOSE_INSPECTOR_TWICE],
  ])('closes its inspector once: %s', (_, close) => {
    const { closed, process, run } = drawn('a  b\n//c')
    expect(run(leaveTo([], 'a  b\n//c', close))).toBeUndefined()
    expect(closed).toEqual(['_debugEnd'])
    expect(process[MARK]).toBeUndefined()
  })

  test('leaves it to the others who are named', () => {
    const { closed, process, run } = drawn('us\nthem')
    expect(run(leaveTo(['them'], 'us\nthem', CLOSE_INSPECTOR))).toBe(true)
    expect(process[MARK]).toBe('them')
    expect(closed).toEqual([])
  })

  test('does nothing where others came since the mark was read', () => {
    const { closed, run } = drawn('us\nthem')
    expect(run(leaveTo([], 'us', CLOSE_INSPECTOR))).toBe(false)
    expect(closed).toEqual([])
  })

  test.each([[5], [{ evil: 1 }], ['x'.repeat(1e5)], [undefined]])('what is no mark counts for none: case %#', mark => {
    const { closed, run } = drawn(mark)
    expect(run(READ_MARK)).toBeNull()
    run(leaveTo([], null, CLOSE_INSPECTOR))
    expect(closed).toEqual(['_debugEnd'])
  })

  test('takes the other way where the first was replaced, and throws in no case', () => {
    const { process, closed, run } = drawn()
    process._debugEnd = () => {
      throw new Error('no')
    }
    run(leaveTo([], null, CLOSE_INSPECTOR))
    expect(closed).toEqual(['inspector'])
    run(CLOSE_INSPECTOR_OTHERWISE)
    expect(closed).toEqual(['inspector', 'inspector'])
    expect(runInContext(leaveTo([], null, CLOSE_INSPECTOR_TWICE), createContext({}))).toBeUndefined()
  })
})
