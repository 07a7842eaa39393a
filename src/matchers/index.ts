export type { LeakTestOptions } from './find-leaks.js'
export { toHaveAtMost, toLeak } from './matchers.js'
