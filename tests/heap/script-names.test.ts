import { expect, test } from 'vitest'
import { shortPath } from '../../src/heap/script-names.js'

test.each([
  ['/srv/app/src/store.js', 'src/store.js'],
  ['/srv/app/node_modules/express/lib/router.js', 'express/lib/router.js'],
  ['src/store.js', 'src/store.js'],
  ['data:text/javascript,export const a = 1', 'data:text/javascript,export const a = 1'],
  [`data:text/javascript,${'export const a = 1;'.repeat(9)}`, 'data:text/javascript,export const a = 1;export con…'],
])('%s is said in short', (file, expected) => {
  expect(shortPath(file)).toBe(expected)
})
