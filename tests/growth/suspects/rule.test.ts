import { expect, test } from 'vitest'
import { expression, fileOf } from '../../../src/growth/suspects/kinds/rule.js'
import type { PathStep } from '../../../src/report/report.js'

const step = (edge: string, type: string, name = '', file?: string): PathStep => ({
  edge,
  type,
  name,
  id: 1,
  location: file === undefined ? null : { file, line: 1, column: 1 },
})

test('what another variable leads to is not attributed to a variable whose name V8 does not keep', () => {
  const steps = [
    step('', 'Timeout', '', 'node_modules/runner/timeout.js'),
    step('->fn', '(closure)', '(anonymous)', 'tests/pool.test.js'),
    step('{context}', 'system / Context', 'closure scope in tests/pool.test.js'),
    step('{5}', 'Pool', '', 'src/pool.js'),
    step('.open', 'Set', '50 entries'),
  ]
  expect(expression(steps, 3)).toBe('')
  expect(expression(steps, 4)).toBe('open')
  expect(fileOf(steps, 4)).toBe('tests/pool.test.js')
  expect(expression(steps, 1)).toBe('fn')
})

test('in a bundle the file is that of the class, not of a package that shares the scope', () => {
  const steps = [
    step('', 'Server'),
    step('.clientError', '(closure)', 'onClientError', 'node_modules/web/server.js'),
    step('->config', 'ConfigSource', '', 'src/config.ts'),
    step('._events', 'Object'),
  ]
  expect(fileOf(steps, 3)).toBe('src/config.ts')
  // A package's own variable stays the package's.
  expect(fileOf([...steps.slice(0, 2), step('->cache', 'Map')], 2)).toBe('web/server.js')
})

test('an export is located in the file of the module, whatever its class', () => {
  const steps = [
    step('', '(system)', 'server.mjs'),
    step('{7}', '(system)', 'ticks.mjs'),
    step('.ticks$', 'ReplaySubject', '', 'node_modules/rxjs/src/ReplaySubject.ts'),
    step('._buffer', 'Array'),
  ]
  expect(fileOf(steps, 3)).toBe('ticks.mjs')
  expect(expression(steps, 3)).toBe('ticks$._buffer')
  const required = [
    step('', 'Module', 'bus.js'),
    step('.exports', 'Object'),
    step('.bus', 'Bus', '', 'node_modules/bus/index.js'),
  ]
  expect(fileOf(required, 2)).toBe('bus.js')
  // Any module of a package may re-export what another declares.
  const exported = [
    step('', '(system)', 'node_modules/schema/classic/external.js'),
    step('.registry', 'Registry', '', 'node_modules/schema/core/registries.js'),
    step('._map', 'Map'),
  ]
  expect(fileOf(exported, 2)).toBe('schema/core/registries.js')
})

test('what only a handle of Node.js leads to is named by its class', () => {
  const steps = [
    step('', '(synthetic)', 'Node / TCPSocketWrap'),
    step('{native_to_javascript}', 'TCP'),
    step('[Symbol(owner_symbol)]', 'Socket'),
    step('.visits', 'Array'),
  ]
  expect(expression(steps, 2)).toBe('')
  expect(expression(steps, 3)).toBe('Socket#visits')
})

test.each(['{receiver}', '{bound_this}'])('what %s leads to is named by its class', slot => {
  const steps = [step('', 'Generator', 'paused in (anonymous)'), step(slot, 'Namespace'), step('.sids', 'Map')]
  expect(expression(steps, 2)).toBe('Namespace#sids')
})

test('a private field is named by its class like any other', () => {
  const steps = [
    step('', 'Timeout'),
    step('._onTimeout', '(closure)', 'flush'),
    step('->this', 'Batcher'),
    step('.#pending', 'Array'),
  ]
  expect(expression(steps, 3)).toBe('Batcher#pending')
})

test('what a WeakMap has for an object that only a GC root leads to is named by its class', () => {
  const key = { ...step('.socket', 'Socket'), id: 7 }
  const steps = [
    step('', '(synthetic)'),
    step('[5]', '(synthetic)'),
    step('{85}', 'IncomingMessage'),
    key,
    step('[Socket @7]', 'Array'),
  ]
  expect(expression(steps, 4)).toBe('WeakMap[IncomingMessage#socket]')
})

test('the argument of AsyncLocalStorage run() is named as such, in old and new versions of Node.js', () => {
  const below = [step('.trace', 'Trace'), step('.started', 'Array')]
  const old = [step('', 'Timeout'), step('[Symbol(kResourceStore)]', 'Span'), ...below]
  expect(expression(old, 3)).toBe('(the store of an AsyncLocalStorage).trace.started')
  expect(expression(old, 1)).toBe('(the store of an AsyncLocalStorage)')
  const frame = [
    step('', 'Timeout'),
    step('[Symbol(kAsyncContextFrame)]', 'AsyncContextFrame'),
    step('[AsyncLocalStorage @9]', 'Span'),
    ...below,
  ]
  expect(expression(frame, 4)).toBe('(the store of an AsyncLocalStorage).trace.started')
  // A later variable is more informative.
  expect(expression([...old, step('[0]', '(closure)', 'onEnd'), step('->rows', 'Array')], 5)).toBe('rows')
})
