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
 * Returns a built-in module, in CommonJS and ES modules. An app may have shadowed the debugger's `require` with a
 * `globalThis.require` or have removed `process`, and Node.js 18 has no `getBuiltinModule`. The debugger's `require`
 * exists only while an expression is evaluated: code that runs later passes it as `given`.
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
