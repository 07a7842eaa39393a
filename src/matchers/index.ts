export type { LeakTestOptions } from './find-leaks.js'
export { type MatcherResult, toHaveAtMost, toLeak } from './matchers.js'
