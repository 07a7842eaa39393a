import { expect, test } from 'vitest'
import { v8Layout } from '../../src/memory/v8-layout.js'

// Seen in snapshots of these versions, except the last.
test.each([
  ['10.2.154.26-node.39', false],
  ['13.6.233.17-node.63', false],
  ['14.1.146.11-node.25', false],
  ['14.6.202.34-node.40', true],
  ['15.0.1', true],
])('V8 %s has what came after 14.1: %s', (v8, expected) => {
  expect(v8Layout({ constants: new Map(), v8 } as unknown as Parameters<typeof v8Layout>[0]).isAfter14_1).toBe(expected)
})
