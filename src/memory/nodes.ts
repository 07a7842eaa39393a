import { type NodeType, nodeTypeNumber } from '../graph/heap-graph.js'
import { type Constructors, isFunction } from './constructors.js'
import type { Functions } from './functions.js'
import { type Kind, kindOf } from './kinds.js'
import type { Names } from './names.js'
import { classOfType } from './type-names.js'

/** The types and names of all objects, as in V8's snapshots. */
export interface NodeRows {
  /** By object: index into `nodeTypes`. */
  readonly type: Uint8Array
  /** By object: the number of its name among the texts. */
  readonly name: Uint32Array
  /** By variant: how its references are named. */
  readonly kinds: readonly Kind[]
}

const codeTypes = new Set(
  [
    'ALLOCATION_SITE',
    'ARRAY_BOILERPLATE_DESCRIPTION',
    'BYTECODE_ARRAY',
    'BYTECODE_WRAPPER',
    'CLOSURE_FEEDBACK_CELL_ARRAY',
    'CODE',
    'CODE_DATA_CONTAINER',
    'CODE_WRAPPER',
    'FEEDBACK_CELL',
    'FEEDBACK_METADATA',
    'FEEDBACK_VECTOR',
    'INSTRUCTION_STREAM',
    'INTERPRETER_DATA',
    'LOAD_HANDLER',
    'OBJECT_BOILERPLATE_DESCRIPTION',
    'PREPARSE_DATA',
    'REG_EXP_BOILERPLATE_DESCRIPTION',
    'SCOPE_INFO',
    'SHARED_FUNCTION_INFO',
    'SCRIPT',
    'STORE_HANDLER',
    'TEMPLATE_OBJECT_DESCRIPTION',
  ].map(name => `${name}_TYPE`),
)
const isCode = (type: string): boolean =>
  codeTypes.has(type) ||
  type.startsWith('UNCOMPILED_DATA') ||
  type.startsWith('TURBOFAN_') ||
  type.startsWith('TURBOSHAFT_')

const shapeTypes = new Set(
  ['MAP', 'DESCRIPTOR_ARRAY', 'TRANSITION_ARRAY', 'PROTOTYPE_INFO', 'ENUM_CACHE'].map(name => `${name}_TYPE`),
)
/** Counted as code since V8 13. */
const wrappers = new Set(['CODE_WRAPPER_TYPE', 'BYTECODE_WRAPPER_TYPE'])
const plainArrays = new Set(['FIXED_DOUBLE_ARRAY_TYPE', 'BYTE_ARRAY_TYPE'])

/** Computes the types and names of all objects, once per shape where possible. */
export function nodeRows(names: Names, constructors: Constructors, functions: Functions): NodeRows {
  const { view } = names
  const { records, readOnlyRanges } = view
  const { count, variant, variants, shapes, text, texts } = records
  const type = new Uint8Array(count)
  const name = new Uint32Array(count)
  const number = (word: NodeType): number => nodeTypeNumber(word)
  const kinds = variants.map(({ shape }) => {
    const { type } = shapes[shape]!
    return kindOf(view, type, view.typeName.get(type) ?? '')
  })
  const { typeOf } = view
  const empty = texts.of('')
  const hasShapeType = view.layout.major >= 11

  /** By variant: the type and name of all its objects; -1 if they differ. */
  const common = variants.map(({ shape }, at): readonly [type: number, name: number] => {
    const of = (word: NodeType, text: string): readonly [number, number] => [number(word), texts.of(text)]
    const kind = kinds[at]!
    const word = typeOf[at]!
    const { form } = shapes[shape]!
    if (kind === 'string') {
      if (form !== 'slots') return [number('string'), -1]
      if (word.startsWith('CONS_')) return of('concatenated string', '(concatenated string)')
      if (word.startsWith('SLICED_')) return of('sliced string', '(sliced string)')
      return [number('string'), -1]
    }
    if (kind === 'object' || kind === 'array buffer' || kind === 'global proxy') {
      if (isFunction(word)) return [number('closure'), -1]
      if (word === 'JS_BOUND_FUNCTION_TYPE') return of('closure', 'native_bind')
      if (word === 'JS_REG_EXP_TYPE') return [number('regexp'), -1]
      return [number('object'), -1]
    }
    if (word === 'SYMBOL_TYPE') return [-1, -1]
    if (word.startsWith('BIG_INT') || word === 'BIGINT_TYPE') return of('bigint', 'bigint')
    if (word === 'HEAP_NUMBER_TYPE') return of('number', 'heap number')
    if (kind === 'native context') return of('hidden', 'system / NativeContext')
    if (kind === 'context') return of('object', 'system / Context')
    if (word === 'SHARED_FUNCTION_INFO_TYPE' || word === 'SCRIPT_TYPE') return [number('code'), -1]
    if (word === 'CODE_TYPE' || word === 'CODE_DATA_CONTAINER_TYPE' || word === 'INSTRUCTION_STREAM_TYPE')
      return [number('code'), empty]
    if (word === 'ODDBALL_TYPE' && view.layout.major >= 13) return [number('hidden'), -1]
    if (kind === 'map') return [-1, -1]
    const isArray = kind === 'fixed array' || kind === 'ephemerons' || plainArrays.has(word)
    const nodeType: NodeType =
      isCode(word) && !(view.layout.major < 13 && wrappers.has(word))
        ? 'code'
        : isArray
          ? 'array'
          : hasShapeType && shapeTypes.has(word)
            ? 'object shape'
            : 'hidden'
    if (isArray) return [number(nodeType), empty]
    return of(nodeType, `system / ${classOfType(word)}`)
  })

  const isText = Uint8Array.from(variants, ({ shape }) => (shapes[shape]!.form === 'slots' ? 0 : 1))
  const commonType = Int8Array.from(common, ([type]) => type)
  const commonName = Int32Array.from(common, ([, name]) => name)
  const [object, closure] = [number('object'), number('closure')]
  const mapName = texts.of('system / Map')
  const sharedWord = view.layout.function.shared
  const nameOfCode = new Uint32Array(count)
  for (let at = 0; at < count; at++) {
    const variantIndex = variant[at]!
    const ownType = commonType[variantIndex]!
    if (ownType >= 0) type[at] = ownType
    const ownName = commonName[variantIndex]!
    if (ownName >= 0) {
      name[at] = ownName
      if (ownType >= 0) continue
    }
    if (isText[variantIndex] === 1) name[at] = text[at]!
    else if (ownType === object) {
      name[at] = constructors.of(at).name
      if (
        view.layout.major >= 14 &&
        (typeOf[variantIndex] === 'JS_GLOBAL_OBJECT_TYPE' || typeOf[variantIndex] === 'JS_GLOBAL_PROXY_TYPE')
      )
        name[at] = texts.of(
          `${texts.text(name[at]!)} (global${typeOf[variantIndex] === 'JS_GLOBAL_OBJECT_TYPE' ? '*' : ''})`,
        )
      else if (constructors.isOfShape(variants[variantIndex]!.shape)) commonName[variantIndex] = name[at]!
    } else if (ownType === closure) {
      name[at] = functionName(view.ref(at, sharedWord))
    } else if (kinds[variantIndex] === 'string') {
      name[at] = names.textOf(at)
    } else if (kinds[variantIndex] === 'map') {
      type[at] = mapTypeOf(at)
      name[at] = mapNameOf(at)
    } else {
      const [specialType, specialName] = special(at, typeOf[variantIndex]!)
      if (ownType < 0) type[at] = number(specialType)
      name[at] = specialName
    }
  }
  return { type, name, kinds }

  /** The name of a SharedFunctionInfo's functions, computed once. */
  function functionName(shared: number): number {
    if (shared < 0) return empty
    if (nameOfCode[shared] === 0) {
      const string = functions.nameString(shared)
      nameOfCode[shared] = 1 + (string < 0 ? empty : names.textOf(string))
    }
    return nameOfCode[shared]! - 1
  }

  // A separate function: V8 allocates a context per iteration for a loop variable that a closure uses.
  function mapTypeOf(at: number): number {
    const isReadOnly = readOnlyRanges.some(([from, end]) => at >= from && at < end)
    return number(hasShapeType && !isReadOnly ? 'object shape' : 'hidden')
  }

  /** Maps of string types have the type in their names. */
  function mapNameOf(at: number): number {
    const of = (view.bits(at, 12) ?? 0xffff) & 0xffff
    if (of >= view.layout.firstNonString) return mapName
    const word = view.typeName.get(of)
    return word === undefined ? mapName : texts.of(`system / Map (${classOfType(word)})`)
  }

  function special(at: number, word: string): readonly [NodeType, number] {
    if (word === 'JS_REG_EXP_TYPE') return ['regexp', sourceOf(at)]
    if (word === 'SYMBOL_TYPE') {
      // Since V8 14, a private name has its own bit.
      const isPrivate = ((view.bits(at, 12) ?? 0) & (view.layout.major < 14 ? 1 : 3)) !== 0
      return isPrivate ? ['hidden', texts.of('private symbol')] : ['symbol', texts.of('symbol')]
    }
    if (word === 'SHARED_FUNCTION_INFO_TYPE') {
      const string = functions.nameString(at)
      return ['code', string < 0 ? empty : names.textOf(string)]
    }
    if (word === 'SCRIPT_TYPE') {
      const string = view.ref(at, view.layout.script.name)
      return ['code', view.isString(string) ? names.textOf(string) : empty]
    }
    // An oddball: one of its first words is its text.
    const string = names.firstString(at)
    return ['hidden', string < 0 ? texts.of('system / Oddball') : names.textOf(string)]
  }

  /** The source of a regular expression: in the object, or since V8 13 in its data object. */
  function sourceOf(at: number): number {
    for (const word of [4, 5]) {
      const source = view.ref(at, word)
      if (view.isString(source)) return names.textOf(source)
    }
    const inner = view.ref(at, 3)
    const source = inner < 0 ? -1 : names.firstString(inner)
    return source < 0 ? empty : names.textOf(source)
  }
}
