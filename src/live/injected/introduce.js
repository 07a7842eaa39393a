// @ts-check
/// <reference path="./inspector-mark.js" />

/**
 * A process's own account of itself. While --inspect-brk holds a program before its start, `process` exists but has no
 * pid yet.
 */
function introduce() {
  if (typeof process !== 'object' || process === null) return 'no process'
  return [process.pid ?? null, process.version, process.argv?.[1] ?? process.title, readMark()]
}
