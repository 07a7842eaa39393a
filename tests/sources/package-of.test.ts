import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { packageOf } from '../../src/sources/package-of.js'

test('the innermost package, and its version if it is installed', () => {
  expect(packageOf('/srv/app/node_modules/a/node_modules/@scope/b/lib/x.js')).toEqual({
    name: '@scope/b',
    version: undefined,
  })
  expect(packageOf(resolve(import.meta.dirname, '../../node_modules/commander/lib/command.js'))).toEqual({
    name: 'commander',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  })
})

test("none for the program's own files", () => {
  expect(packageOf('/srv/app/src/store.js')).toBeUndefined()
  expect(packageOf('node:events')).toBeUndefined()
})
