import type { View } from './view.js'

/**
 * By object: 1 for what V8 leaves out where something refers to it (undefined and the like, empty arrays, the maps of its most common
 * objects), 2 for the hole, which stands where an array has nothing.
 */
export function nothingWorth(view: View): Uint8Array {
  const { records, layout } = view
  const { count, variant, variants, shapes, size } = records
  const flags = new Uint8Array(count)
  const typeOf = variants.map(({ shape }) => view.typeName.get(shapes[shape]!.type) ?? '')
  const header = 8 * layout.descriptorHeader
  const kindByte = holeByte(view)
  const fillers = fillerTypes(view)
  for (let at = 0; at < count; at++) {
    const type = typeOf[variant[at]!]!
    switch (type) {
      case 'ODDBALL_TYPE':
        flags[at] = isHole(view, at, kindByte) ? 2 : 1
        break
      case 'HOLE_TYPE':
        flags[at] = 2
        break
      case 'FIXED_ARRAY_TYPE':
        if (size[at] === 16) {
          flags[at] = 1
          flags[view.shape(at).mapNode] = 1
        }
        break
      case 'BYTE_ARRAY_TYPE':
        if (size[at] === 16) flags[at] = 1
        break
      case 'DESCRIPTOR_ARRAY_TYPE':
      case 'STRONG_DESCRIPTOR_ARRAY_TYPE':
        if (size[at]! <= header) flags[at] = 1
        break
      case 'MAP_TYPE':
        // Of what fills the room that an object does not use yet.
        if (fillers.has((view.bits(at, 12) ?? 0) & 0xffff)) flags[at] = 1
        break
      case 'CELL_TYPE':
      case 'PROPERTY_CELL_TYPE':
      case 'SHARED_FUNCTION_INFO_TYPE':
        flags[view.shape(at).mapNode] = 1
        break
    }
  }
  return flags
}

/** Where an oddball says which it is. */
const holeByte = ({ layout }: View): number => (layout.major < 12 ? 40 : -1)

const theHole = 2

/** V8 lists its types by name: those of fillers and free space follow that of feedback vectors. */
function fillerTypes({ typeName }: View): Set<number> {
  for (const [number, name] of typeName) if (name === 'FEEDBACK_VECTOR_TYPE') return new Set([number + 1, number + 2])
  return new Set()
}

const isHole = (view: View, object: number, byte: number): boolean =>
  byte >= 0 && (view.smi(object, byte / 8) ?? view.bits(object, byte + 4)) === theHole
