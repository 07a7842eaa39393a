import { isFunction } from './constructors.js'
import type { PlacedField } from './edge-words.js'
import { type Field, objectFields } from './fields.js'
import type { Properties, Property } from './properties.js'
import type { View } from './view.js'

/** How the references of all objects of one variant are named. A word is claimed if one of these names covers it. */
export interface Plan {
  readonly properties: readonly Property[]
  /** Those that the shape stores as numbers: V8 writes no edges for them. */
  readonly numbers: readonly Property[]
  readonly isDictionary: boolean
  readonly before: readonly Field[]
  readonly behind: readonly Field[]
  readonly elements: 'none' | 'fast' | 'smi' | 'double' | 'dictionary'
  readonly isArray: boolean
  /** The number inside the object that is not a property. */
  readonly has: 'size' | 'length' | 'time' | 'nothing'
  readonly isFunction: boolean
  readonly hasPrototype: boolean
  readonly isBound: boolean
  /** The prototype of all these objects, or -1. */
  readonly prototype: number
  /** The embedder's words, from the first to before the second. */
  readonly embedder: readonly [number, number]
  /** By word: 0 without a name, 1 always named, 2 named unless V8 omits its target. */
  readonly claims: Uint8Array
  readonly isClaimed: (word: number) => boolean
  readonly hasNameless: boolean
}

/** A plan with the names of its fields as string numbers of the graph. */
export type PlacedPlan = Omit<Plan, 'before' | 'behind'> & {
  readonly before: readonly PlacedField[]
  readonly behind: readonly PlacedField[]
}

const prototypeSlot = 1 << 7

export function planOf(view: View, properties: Properties, variantNumber: number): Plan {
  const { layout, records } = view
  const { shape: shapeNumber } = records.variants[variantNumber]!
  const shape = records.shapes[shapeNumber]!
  const type = view.typeName.get(shape.type) ?? ''
  const isDictionary = properties.isDictionary(shapeNumber)
  const all = isDictionary ? [] : properties.ofShape(shapeNumber)
  const own = all.filter(({ isNumber }) => !isNumber)
  const { before, behind } = objectFields(layout, type)
  const elementsKind = (view.bitField2(shape) & layout.bits.elementsKindMask) >>> layout.bits.elementsKindShift
  const start = view.inObjectStart(shape)
  const ofFunction = isFunction(type)
  const claims = new Uint8Array(256)
  for (const { at, index } of own) if (at === 'object') claims[index] = 1
  for (const { word } of [...before, ...behind]) claims[word] = 2
  claims[layout.object.properties] = claims[layout.object.elements] = 2
  // The length of an array is a number.
  if (type === 'JS_ARRAY_TYPE') claims[layout.array.length] = 1
  const hasPrototype = ofFunction && (view.bitField(shape) & prototypeSlot) !== 0
  if (ofFunction) {
    const { shared, context, feedbackCell, code } = layout.function
    for (const word of [shared, context, feedbackCell, code]) if (word > 0) claims[word] = 2
  }
  const hasEmbedder = type.startsWith('[api') || type === 'JS_API_OBJECT_TYPE' || type.endsWith('API_OBJECT_TYPE')
  const embedder: [number, number] = hasEmbedder ? [layout.apiHeader, Math.max(layout.apiHeader, start)] : [0, 0]
  claims.fill(2, ...embedder)
  return {
    properties: own,
    numbers: all.filter(({ isNumber }) => isNumber),
    isDictionary,
    before,
    behind,
    elements: elementsOf(view, elementsKind),
    isArray: type === 'JS_ARRAY_TYPE',
    has: numberOf[type] ?? 'nothing',
    isFunction: ofFunction,
    hasPrototype,
    isBound: type === 'JS_BOUND_FUNCTION_TYPE',
    prototype: view.ref(shape.mapNode, layout.map.prototype),
    embedder,
    claims,
    isClaimed: word => word < 256 && claims[word]! > 0,
    hasNameless: claims.subarray(1, Math.max(1, shape.words)).includes(0) || shape.words === 0,
  }
}

function elementsOf({ layout }: View, kind: number): Plan['elements'] {
  const { fast, fastHoley, dictionary, smi, smiHoley, double, doubleHoley } = layout.elementsKinds
  switch (kind) {
    case fast:
    case fastHoley:
      return 'fast'
    case smi:
    case smiHoley:
      return 'smi'
    case double:
    case doubleHoley:
      return 'double'
    default:
      return kind === dictionary ? 'dictionary' : 'none'
  }
}

const numberOf: Readonly<Record<string, Plan['has']>> = {
  JS_MAP_TYPE: 'size',
  JS_SET_TYPE: 'size',
  JS_TYPED_ARRAY_TYPE: 'length',
  JS_DATE_TYPE: 'time',
}
