import { isFunction } from './constructors.js'
import { formerFixedArrays, hashTables } from './type-names.js'
import type { View } from './view.js'

/** Determines how the references of an object are named. */
export type Kind =
  | 'string'
  | 'object'
  | 'array buffer'
  | 'global proxy'
  | 'fixed array'
  | 'weak fixed array'
  | 'weak array list'
  | 'context'
  | 'native context'
  | 'map'
  | 'descriptors'
  | 'ephemerons'
  | 'code'
  | 'other'

const types = (names: readonly string[]): Set<string> => new Set(names.map(name => `${name}_TYPE`))
const fixedArrays = types(['FIXED_ARRAY', 'HASH_TABLE', ...hashTables])
const fixedArraysBefore12 = types(formerFixedArrays)

/** The kind of an instance type. */
export function kindOf(view: View, number: number, name: string): Kind {
  if (number < view.layout.firstNonString) return 'string'
  if (name === 'JS_ARRAY_BUFFER_TYPE') return 'array buffer'
  if (name === 'JS_GLOBAL_PROXY_TYPE') return 'global proxy'
  if (isObject(view, number, name)) return 'object'
  if (fixedArrays.has(name) || (view.layout.major < 12 && fixedArraysBefore12.has(name))) return 'fixed array'
  if (name === 'WEAK_FIXED_ARRAY_TYPE' || (name === 'TRANSITION_ARRAY_TYPE' && view.layout.major < 11))
    return 'weak fixed array'
  if (name === 'WEAK_ARRAY_LIST_TYPE' || name === 'DEPENDENT_CODE_TYPE') return 'weak array list'
  if (name === 'EPHEMERON_HASH_TABLE_TYPE') return 'ephemerons'
  if (name === 'CODE_TYPE') return 'code'
  if (name === 'MAP_TYPE') return 'map'
  if (name === 'DESCRIPTOR_ARRAY_TYPE' || name === 'STRONG_DESCRIPTOR_ARRAY_TYPE') return 'descriptors'
  if (name === 'NATIVE_CONTEXT_TYPE') return 'native context'
  if (name.endsWith('_CONTEXT_TYPE')) return 'context'
  return 'other'
}

/** Whether a type is one of JavaScript objects, except proxies. These are last in V8's numbering. */
function isObject({ globalObject }: View, number: number, name: string): boolean {
  if (name === 'JS_PROXY_TYPE' || name === 'WASM_ARRAY_TYPE' || name === 'WASM_STRUCT_TYPE') return false
  return globalObject === undefined ? name.startsWith('JS_') || isFunction(name) : number >= globalObject
}
