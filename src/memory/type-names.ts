/** V8's lists of types, in its order, for binaries that do not export them (Node.js 18 and 19). */
const contexts = ['AWAIT', 'BLOCK', 'CATCH', 'DEBUG_EVALUATE', 'EVAL', 'FUNCTION', 'MODULE', 'NATIVE', 'SCRIPT', 'WITH']
const hashTablesBefore = ['HASH_TABLE', 'EPHEMERON_HASH_TABLE']
/** Tables that V8 stores as arrays of references. */
export const hashTables: readonly string[] = [
  'GLOBAL_DICTIONARY',
  'NAME_DICTIONARY',
  'NAME_TO_INDEX_HASH_TABLE',
  'NUMBER_DICTIONARY',
  'ORDERED_HASH_MAP',
  'ORDERED_HASH_SET',
  'ORDERED_NAME_DICTIONARY',
  'REGISTERED_SYMBOL_TABLE',
  'SIMPLE_NUMBER_DICTIONARY',
]
/** Other types stored as such arrays before V8 12. */
export const formerFixedArrays: readonly string[] = [
  'CLOSURE_FEEDBACK_CELL_ARRAY',
  'OBJECT_BOILERPLATE_DESCRIPTION',
  'SCRIPT_CONTEXT_TABLE',
]

/**
 * V8's names for the instance types of a dump. Names that the dump lacks are derived from the binary's constants and
 * from the order of V8's types.
 */
export function typeNamesOf(
  dumped: ReadonlyMap<number, string>,
  constants: ReadonlyMap<string, number>,
): Map<number, string> {
  const names = new Map<number, string>()
  for (const [constant, number] of constants) {
    const name = /^type_.*__([A-Z0-9_]+_TYPE)$/.exec(constant)?.[1]
    if (name !== undefined && !names.has(number)) names.set(number, name)
  }
  const fill = (first: number | undefined, list: readonly string[]): void => {
    if (first === undefined) return
    list.forEach((name, at) => {
      if (!names.has(first + at)) names.set(first + at, `${name}_TYPE`)
    })
  }
  const firstContext = constants.get('FirstContextType')
  fill(
    firstContext,
    contexts.map(name => `${name}_CONTEXT`),
  )
  const fixedArray = constants.get('type_FixedArray__FIXED_ARRAY_TYPE')
  if (fixedArray !== undefined && !hasNames(dumped))
    fill(fixedArray + 1, [...hashTablesBefore, ...hashTables, ...formerFixedArrays])
  for (const [number, name] of dumped) if (name !== '') names.set(number, name)
  const jsObject = constants.get('type_JSObject__JS_OBJECT_TYPE')
  if (jsObject !== undefined && !hasNames(dumped)) fillConstructors(names, dumped, jsObject, constants)
  return names
}

const hasNames = (dumped: ReadonlyMap<number, string>): boolean =>
  [...dumped.values()].filter(name => name === '').length < dumped.size / 4

/** Unnamed types among those of JavaScript objects are of embedder objects, constructors or prototypes. */
function fillConstructors(
  names: Map<number, string>,
  dumped: ReadonlyMap<number, string>,
  jsObject: number,
  constants: ReadonlyMap<string, number>,
): void {
  const [first, last] = [constants.get('FirstJSFunctionType'), constants.get('LastJSFunctionType')]
  for (const number of dumped.keys()) {
    if (names.has(number) || number <= jsObject) continue
    names.set(
      number,
      first !== undefined && last !== undefined && number >= first && number <= last
        ? 'JS_CLASS_CONSTRUCTOR_TYPE'
        : 'JS_API_OBJECT_TYPE',
    )
  }
}

const special: Readonly<Record<string, string>> = { Js: 'JS' }

/** V8's class of an instance type: `SHARED_FUNCTION_INFO_TYPE` is `SharedFunctionInfo`. */
export const classOfType = (name: string): string =>
  name
    .replace(/_TYPE$/, '')
    .split('_')
    .map(part => {
      const word = part.charAt(0) + part.slice(1).toLowerCase()
      return special[word] ?? word
    })
    .join('')
