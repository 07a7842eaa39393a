import { describe, expect, test } from 'vitest'
import { neverSettled } from '../../../src/heap/v8/never-settled.js'
import { draw } from '../../draw.js'

const reaction = "hidden:'system / PromiseReaction'"
const context = "'system / Context'"

/** A promise that one function waits for, retained by a variable of the program, with further lines. */
const isNever = (lines: string): boolean => {
  const { graph, node } = draw(`
    root.app = App
    App.waiting = Promise#p 48
    Promise#p{reactions_or_result} = ${reaction}#p 48
    ${reaction}#p{2} = onValue() 64
    onValue(){context} = ${context}#waiter 40
    ${lines}
  `)
  return neverSettled(graph).has(node('Promise#p'))
}

const resolver = (name: string): string => `
    closure:${name}{context} = ${context}#${name} 40
    ${context}#${name}{4} = Promise#p
`

describe('nothing can settle a promise', () => {
  test('that is only retained', () => {
    expect(isNever('')).toBe(true)
  })

  test.each([
    ['a variable', `${context}#own->p = Promise#p\n App.own = ${context}#own`],
    ['an element', 'App.list = Array\n Array[0] = Promise#p\n Array{elements} = array:e 24\n array:e{0} = Promise#p'],
    ['an entry of a Map', 'App.map = Map\n Map{table} = array:t 64\n array:t{3} = Promise#p'],
    [
      'a local variable of a paused function',
      `App.g = Generator\n Generator{parameters_and_registers} = array:r 32\n array:r{1} = Promise#p`,
    ],
    ['what a module exports', "App.cell = hidden:'system / Cell'\n hidden:'system / Cell'{value} = Promise#p"],
    [
      'a value of a WeakMap',
      'App.key = Key @77\n App.weak = WeakMap\n WeakMap{table} = array:w 64 @99\n array:w<Key> = Promise#p',
    ],
    ['a weak edge', `App.watch = Watch\n Watch~resolve = closure:resolve 64 ${resolver('resolve')}`],
  ])('by %s', (_, lines) => {
    expect(isNever(lines)).toBe(true)
  })

  test('whose resolver only its waiters have', () => {
    expect(isNever(`${context}#waiter->resolve = closure:resolve 64 ${resolver('resolve')}`)).toBe(true)
  })

  test('that depends on another that nothing can settle', () => {
    expect(
      isNever(`
        App.other = Promise#other 48
        Promise#other{reactions_or_result} = ${reaction}#other 48
        ${reaction}#other{3} = Promise#p
      `),
    ).toBe(true)
  })

  test('of an async function that awaits such a one', () => {
    expect(
      isNever(`
        App.other = Promise#other 48
        Promise#other{reactions_or_result} = ${reaction}#other 48
        ${reaction}#other{2} = closure:'' 64
        closure:''{context} = ${context}#await 40
        ${context}#await{extension} = Generator 100
        Generator{promise} = Promise#p
      `),
    ).toBe(true)
  })
})

describe('something can settle a promise', () => {
  test.each([
    ['its resolving functions, from a variable', `App.resolve = closure:resolve 64 ${resolver('resolve')}`],
    [
      'a timer',
      `root.timers = TimersList\n TimersList._idleNext = Timeout\n Timeout._onTimeout = closure:resolve 64 ${resolver('resolve')}`,
    ],
    [
      'native code',
      "root.handles = (Global handles)\n '(Global handles)'{1} = Promise#p\n (Global handles){2} = Promise#p",
    ],
    [
      'an object with a C++ side that has it as a property',
      'App.req = FSReqPromise\n FSReqPromise{native} = native:FSReqPromise\n FSReqPromise.promise = Promise#p',
    ],
    [
      'a C++ object that holds its JavaScript weakly',
      `native:Handle{native_to_javascript} = Handle\n Handle.onread = closure:resolve 64 ${resolver('resolve')}`,
    ],
    [
      'a table of V8 itself',
      "root{9} = hidden:'system / NativeContext'\n hidden:'system / NativeContext'{atomics} = array:waiters 64\n array:waiters{2} = Promise#p",
    ],
    [
      'the target of a WeakRef',
      `App.ref = WeakRef\n WeakRef~target = Deferred\n Deferred.resolve = closure:resolve 64 ${resolver('resolve')}`,
    ],
    ['an async function that has not ended', 'root.stack = Generator\n Generator{promise} = Promise#p'],
    [
      'another promise that can be settled',
      `
      App.other = Promise#other 48
      Promise#other{reactions_or_result} = ${reaction}#other 48
      ${reaction}#other{3} = Promise#p
      App.resolve = closure:resolve 64
      closure:resolve{context} = ${context}#resolve 40
      ${context}#resolve{4} = Promise#other`,
    ],
  ])('%s', (_, lines) => {
    expect(isNever(lines)).toBe(false)
  })

  test('waiters for one that can be settled can settle others', () => {
    expect(
      isNever(`
        App.other = Promise#other 48
        Promise#other{reactions_or_result} = ${reaction}#other 48
        ${reaction}#other{2} = onOther() 64
        onOther(){context} = ${context}#other 40
        ${context}#other->resolve = closure:resolve 64 ${resolver('resolve')}
        App.later = closure:later 64
        closure:later{context} = ${context}#later 40
        ${context}#later{4} = Promise#other
      `),
    ).toBe(false)
  })

  test('a promise without waiters may be settled already', () => {
    const { graph } = draw('root.app = App\n App.p = Promise 48')
    expect(neverSettled(graph).size).toBe(0)
  })
})
