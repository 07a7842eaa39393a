// @ts-check
/// <reference path="./inspector-mark.js" />

/** What a process says of itself. Before --inspect-brk lets a program start, `process` is there and has no pid yet. */
function introduce() {
  if (typeof process !== 'object' || process === null) return 'no process'
  return [process.pid ?? null, process.version, process.argv?.[1] ?? process.title, readMark()]
}
