// @ts-check
/// <reference path="./builtin.js" />

/**
 * The working directory of the program, and its start in milliseconds since 1970. The directory may have been removed.
 */
function whereAndWhen() {
  /** @type {string | null} */
  let cwd = null
  try {
    cwd = process.cwd()
  } catch {}
  return { cwd, startedAt: builtin('perf_hooks').performance.timeOrigin }
}
