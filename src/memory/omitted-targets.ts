import type { RootReference } from './sections.js'
import type { View } from './view.js'

/** V8 writes no edges to it: undefined and other oddballs, empty arrays, maps of its most common objects. */
export const omitted = 1
/** Marks an unused place of an array. */
export const hole = 2

const candidateTypes = [
  'ODDBALL_TYPE',
  'HOLE_TYPE',
  'FIXED_ARRAY_TYPE',
  'BYTE_ARRAY_TYPE',
  'DESCRIPTOR_ARRAY_TYPE',
  'STRONG_DESCRIPTOR_ARRAY_TYPE',
  'MAP_TYPE',
  'CELL_TYPE',
  'PROPERTY_CELL_TYPE',
  'SHARED_FUNCTION_INFO_TYPE',
]

/** By object: whether it is `omitted`, a `hole`, or both. */
export function omittedTargets(view: View, roots: readonly RootReference[]): Uint8Array {
  const theHoles = new Set(roots.filter(({ label }) => label === 'the_hole_value').map(({ to }) => to))
  const { records, layout } = view
  const { count, variant, size } = records
  const flags = new Uint8Array(count)
  const { typeOf } = view
  const header = 8 * layout.descriptorHeader
  const kindByte = holeByte(view)
  const fillers = fillerTypes(view)
  // Most objects are of other types.
  const isCandidate = view.areOfType(...candidateTypes)
  for (let at = 0; at < count; at++) {
    if (isCandidate[variant[at]!] === 0) continue
    const type = typeOf[variant[at]!]!
    switch (type) {
      case 'ODDBALL_TYPE':
        flags[at] = isHole(view, at, kindByte) ? hole | omitted : omitted
        break
      case 'HOLE_TYPE':
        // V8 12 and 13 omit only the hole of arrays.
        if (theHoles.has(at)) flags[at] = hole | omitted
        else flags[at] = layout.major === 12 || layout.major === 13 ? 0 : omitted
        break
      case 'FIXED_ARRAY_TYPE':
        if (size[at] === 16) {
          flags[at] = omitted
          flags[view.shape(at).mapNode] = omitted
        }
        break
      case 'BYTE_ARRAY_TYPE':
        if (size[at] === 16) flags[at] = omitted
        break
      case 'DESCRIPTOR_ARRAY_TYPE':
      case 'STRONG_DESCRIPTOR_ARRAY_TYPE':
        if (size[at]! <= header) flags[at] = omitted
        break
      case 'MAP_TYPE':
        // Maps of fillers, which occupy unused space.
        if (fillers.has((view.bits(at, 12) ?? 0) & 0xffff)) flags[at] = omitted
        break
      case 'CELL_TYPE':
      case 'PROPERTY_CELL_TYPE':
      case 'SHARED_FUNCTION_INFO_TYPE':
        flags[view.shape(at).mapNode] = omitted
        break
    }
  }
  return flags
}

/** The byte that says which oddball it is. */
const holeByte = ({ layout }: View): number => (layout.major < 12 ? 40 : -1)

const theHole = 2

/** V8 numbers its types by name: those of fillers and free space follow that of feedback vectors. */
function fillerTypes({ typeName }: View): Set<number> {
  for (const [number, name] of typeName) if (name === 'FEEDBACK_VECTOR_TYPE') return new Set([number + 1, number + 2])
  return new Set()
}

const isHole = (view: View, object: number, byte: number): boolean =>
  byte >= 0 && (view.smi(object, byte / 8) ?? view.bits(object, byte + 4)) === theHole
