// @ts-check

/**
 * @typedef {{
 *   buffer: typeof import('node:buffer'),
 *   fs: typeof import('node:fs'),
 *   inspector: typeof import('node:inspector'),
 *   os: typeof import('node:os'),
 *   path: typeof import('node:path'),
 *   perf_hooks: typeof import('node:perf_hooks'),
 *   timers: typeof import('node:timers'),
 *   v8: typeof import('node:v8'),
 * }} BuiltinModules
 */

/**
 * A module of Node.js, in every kind of module. An app may have put a `globalThis.require` of its own in the way of the debugger's, may
 * have taken `process` away, and Node.js 18 has no `getBuiltinModule`. The debugger's `require` is there only while an expression is
 * evaluated: what runs later brings the one it was `given`.
 * @template {keyof BuiltinModules} Name
 * @param {Name} name
 * @param {NodeJS.Require} [given]
 * @returns {BuiltinModules[Name]}
 */
function builtin(name, given) {
  return (
    /** @type {any} */ (globalThis.process)?.getBuiltinModule?.(name) ??
    globalThis.process?.mainModule?.require(name) ??
    (given ?? require)(name)
  )
}
