/** V8's lists of types, in its own order, for binaries that do not say them (Node.js 18 and 19). */
const contexts = ['AWAIT', 'BLOCK', 'CATCH', 'DEBUG_EVALUATE', 'EVAL', 'FUNCTION', 'MODULE', 'NATIVE', 'SCRIPT', 'WITH']
const hashTablesBefore = ['HASH_TABLE', 'EPHEMERON_HASH_TABLE']
/** Tables that V8 keeps as arrays of references. */
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
/** Kept as such arrays, too, and otherwise since V8 12. */
export const fixedArraysOnce: readonly string[] = [
  'CLOSURE_FEEDBACK_CELL_ARRAY',
  'OBJECT_BOILERPLATE_DESCRIPTION',
  'SCRIPT_CONTEXT_TABLE',
]

/**
 * V8's words for the instance types of a dump. What the binary does not say is filled in from its constants and from the order in which
 * V8 lists its types.
 */
export function typeNamesOf(
  said: ReadonlyMap<number, string>,
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
  if (fixedArray !== undefined && !isSaid(said))
    fill(fixedArray + 1, [...hashTablesBefore, ...hashTables, ...fixedArraysOnce])
  for (const [number, name] of said) if (name !== '') names.set(number, name)
  const jsObject = constants.get('type_JSObject__JS_OBJECT_TYPE')
  if (jsObject !== undefined && !isSaid(said)) fillConstructors(names, said, jsObject, constants)
  return names
}

const isSaid = (said: ReadonlyMap<number, string>): boolean =>
  [...said.values()].filter(name => name === '').length < said.size / 4

/** What lies among V8's objects without a name is an object of the embedder's, a function that constructs, or a prototype. */
function fillConstructors(
  names: Map<number, string>,
  said: ReadonlyMap<number, string>,
  jsObject: number,
  constants: ReadonlyMap<string, number>,
): void {
  const [first, last] = [constants.get('FirstJSFunctionType'), constants.get('LastJSFunctionType')]
  for (const number of said.keys()) {
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
