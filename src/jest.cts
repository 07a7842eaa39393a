/**
 * leakscope's matchers for Jest 29 and 30: `await expect(fn).not.toLeak()` and `expect(heap).toHaveAtMost(3, 'Session')`. Put
 * `leakscope/jest` under `setupFilesAfterEnv`.
 *
 * Jest runs each test file in a context of its own and cannot load modules there. So leakscope is loaded by Node.js itself, outside, once.
 */
import type {} from './matchers/types.js' with { 'resolution-mode': 'import' }
import type { openSnapshot as OpenSnapshot, ownHeap as OwnHeap } from './test.js' with { 'resolution-mode': 'import' }

declare const expect: { extend(matchers: object): void } | undefined

// Jest's `Module` extends the one of Node.js, whose `createRequire` loads modules as Node.js does.
interface ModuleClass {
  createRequire(file: string): (name: string) => unknown
}
const { Module } = require('node:module') as { Module: ModuleClass }
const above = Object.getPrototypeOf(Module) as Partial<ModuleClass>
const outside = (above.createRequire ?? Module.createRequire)(__filename)
const { toHaveAtMost, toLeak } = outside('./matchers/index.js') as { toHaveAtMost: object; toLeak: object }
const heaps = outside('./test.js') as Heaps

// With `injectGlobals: false` there is no global one.
const extended =
  typeof expect === 'undefined'
    ? (require('@jest/globals') as { expect: { extend(matchers: object): void } }).expect
    : expect
extended.extend({ toLeak, toHaveAtMost })

interface Heaps {
  openSnapshot: typeof OpenSnapshot
  ownHeap: typeof OwnHeap
}

const { openSnapshot, ownHeap } = heaps
// Written out: so Node.js finds the names for `import { ownHeap }`. TypeScript wants the types here, to write them down file by file.
export = { openSnapshot: openSnapshot as typeof OpenSnapshot, ownHeap: ownHeap as typeof OwnHeap }
