import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { leaveTo, readMark } from '../../src/live/attach/ownership.js'

const MARK = Symbol.for('leakscope.inspector')

/** A process that only records what is closed. */
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

describe('the code evaluated on leaving a process', () => {
  test.each([
    ['one turn', 'once'],
    ['two turns', 'twice'],
  ] as const)('closes its inspector once: %s', (_, close) => {
    const { closed, process, run } = drawn('a  b\n//c')
    expect(run(leaveTo([], 'a  b\n//c', close))).toBeUndefined()
    expect(closed).toEqual(['_debugEnd'])
    expect(process[MARK]).toBeUndefined()
  })

  test('leaves the inspector to the others who are named', () => {
    const { closed, process, run } = drawn('us\nthem')
    expect(run(leaveTo(['them'], 'us\nthem', 'once'))).toBe(true)
    expect(process[MARK]).toBe('them')
    expect(closed).toEqual([])
  })

  test('does nothing if others arrived since the mark was read', () => {
    const { closed, run } = drawn('us\nthem')
    expect(run(leaveTo([], 'us', 'once'))).toBe(false)
    expect(closed).toEqual([])
  })

  test.each([[5], [{ evil: 1 }], ['x'.repeat(1e5)], [undefined]])('what is no mark counts for none: case %#', mark => {
    const { closed, run } = drawn(mark)
    expect(run(readMark())).toBeNull()
    run(leaveTo([], null, 'once'))
    expect(closed).toEqual(['_debugEnd'])
  })

  test('uses the alternative if the first function was replaced, and never throws', () => {
    const { process, closed, run } = drawn()
    process._debugEnd = () => {
      throw new Error('no')
    }
    run(leaveTo([], null, 'once'))
    expect(closed).toEqual(['inspector'])
    run(leaveTo([], null, 'otherwise'))
    expect(closed).toEqual(['inspector', 'inspector'])
    expect(runInContext(leaveTo([], null, 'twice'), createContext({}))).toBeUndefined()
  })
})
