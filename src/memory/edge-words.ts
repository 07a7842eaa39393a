import { type Field, systemFields } from './fields.js'
import type { View } from './view.js'

/** A word of an object, with the name of its edge among the strings of the graph. */
export interface PlacedField {
  readonly word: number
  readonly place: number
  readonly isWeak: boolean
}

/** V8's names of references. */
const v8Words = {
  proto: '__proto__',
  prototype: 'prototype',
  initialMap: 'initial_map',
  map: 'map',
  properties: 'properties',
  elements: 'elements',
  shared: 'shared',
  context: 'context',
  feedbackCell: 'feedback_cell',
  code: 'code',
  backingStore: 'backing_store',
  value: 'value',
  digits: 'digits',
  size: 'size',
  length: 'length',
  byteLength: 'byteLength',
  scopeInfo: 'scope_info',
  previous: 'previous',
  extension: 'extension',
  enumCache: 'enum_cache',
  transition: 'transition',
  transitions: 'transitions',
  prototypeInfo: 'prototype_info',
  descriptors: 'descriptors',
  dependentCode: 'dependent_code',
  backPointer: 'back_pointer',
  nativeContext: 'native_context',
  constructorData: 'constructor_function_data',
  constructor: 'constructor',
} as const

/** The names of edges, as numbers of strings of the graph. */
export interface EdgeWords {
  readonly of: Readonly<Record<keyof typeof v8Words, number>>
  /** The empty name. */
  readonly none: number
  /** V8's names for stores without a name of their own, as numbers of texts. */
  readonly properties: number
  readonly elements: number
  /** By variant: the named words of V8's own objects. */
  readonly fieldsOf: readonly (readonly PlacedField[])[]
  word(text: string): number
  /** The name of a numbered slot. */
  slot(index: number): number
  placed(fields: readonly Field[]): readonly PlacedField[]
}

export function edgeWords(view: View): EdgeWords {
  const { texts } = view.records
  const word = (text: string): number => texts.numbers + texts.of(text)
  const placed = (fields: readonly Field[]): readonly PlacedField[] =>
    fields.map(({ word: at, name, isWeak = false }) => ({ word: at, place: word(name), isWeak }))
  const fieldsOf = view.typeOf.map(type => placed(systemFields(view.layout, type)))
  return {
    none: word(''),
    properties: texts.of('(object properties)'),
    elements: texts.of('(object elements)'),
    of: Object.fromEntries(Object.entries(v8Words).map(([key, text]) => [key, word(text)])) as EdgeWords['of'],
    fieldsOf,
    word,
    slot: index => (index < texts.numbers ? index : word(String(index))),
    placed,
  }
}
