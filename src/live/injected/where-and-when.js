// @ts-check
/// <reference path="./builtin.js" />

/** Where the program works and since when, in milliseconds since 1970. The folder may have been removed. */
function whereAndWhen() {
  /** @type {string | null} */
  let cwd = null
  try {
    cwd = process.cwd()
  } catch {}
  return { cwd, startedAt: builtin('perf_hooks').performance.timeOrigin }
}
