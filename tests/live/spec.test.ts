import { describe, expect, test } from 'vitest'
import { parseTarget } from '../../src/live/spec.js'

describe('a target as typed', () => {
  test.each([
    ['4121', { kind: 'pid', pid: 4121 }],
    ['127.0.0.1:9229', { kind: 'address', host: '127.0.0.1', port: 9229 }],
    ['[::1]:9229', { kind: 'address', host: '::1', port: 9229 }],
    ['localhost:9229', { kind: 'address', host: 'localhost', port: 9229 }],
    ['api-7.internal:9229', { kind: 'address', host: 'api-7.internal', port: 9229 }],
    [':9229', { kind: 'address', host: '127.0.0.1', port: 9229 }],
    ['ws://127.0.0.1:9229/0f2c', { kind: 'url', url: 'ws://127.0.0.1:9229/0f2c' }],
    ['wss://debug.example/0f2c', { kind: 'url', url: 'wss://debug.example/0f2c' }],
  ])('%s', (text, spec) => expect(parseTarget(text)).toEqual(spec))

  test.each([
    '',
    '0',
    '99999999999',
    '-4121',
    '4121x',
    'heap.heapsnapshot',
    './4121',
    'C:\\heaps\\1.heapsnapshot',
    'localhost',
    'localhost:',
    'localhost:0',
    'localhost:65536',
    '::1:9229',
    '[localhost]:9229',
    '[::1]',
    'a/b:9229',
    'http://127.0.0.1:9229',
    'ws://',
    'ws://[',
  ])('%j is none', text => expect(parseTarget(text)).toBeUndefined())
})
