import type { Header } from './header.js'

/**
 * The layout of V8's objects, in words from an object's start (its map is word 0). The binary exports most of it
 * (`v8dbg_…`); the rest is the same since Node.js 18, except where noted.
 */
export interface V8Layout {
  readonly major: number
  /**
   * Whether V8 is newer than 14.1 (Node.js 25), which is still like 13: the layout of weak cells, symbols and
   * accessors, and that snapshots start at global objects, not at their contexts.
   */
  readonly isAfter14_1: boolean
  readonly map: {
    readonly prototype: number
    readonly constructor: number
    readonly descriptors: number
    readonly dependentCode: number
    readonly validityCell: number
    readonly transitions: number
  }
  readonly object: { readonly properties: number; readonly elements: number }
  readonly array: { readonly length: number }
  readonly function: {
    readonly shared: number
    readonly context: number
    readonly feedbackCell: number
    /** -1 if it is reached through the dispatch table. */
    readonly code: number
    readonly prototype: number
  }
  readonly shared: {
    readonly nameOrScope: number
    readonly script: number
    readonly outer: number
    /** The function data: one word, or a trusted and an untrusted one. */
    readonly functions: readonly number[]
  }
  readonly script: {
    readonly source: number
    readonly name: number
    readonly id: number
    readonly contextData: number
    readonly sourceUrl: number
    readonly sourceMapUrl: number
    readonly lineEnds: number
  }
  /** Words of a descriptor array before its first entry. */
  readonly descriptorHeader: number
  readonly details: {
    /** Whether the value is stored as a number: V8 writes no edge to it. */
    readonly isNumber: (details: number) => boolean
    readonly kindMask: number
    readonly locationMask: number
    readonly indexMask: number
    readonly indexShift: number
  }
  readonly bits: {
    readonly ownDescriptorsMask: number
    readonly ownDescriptorsShift: number
    readonly dictionaryShift: number
    readonly elementsKindMask: number
    readonly elementsKindShift: number
  }
  readonly elementsKinds: {
    readonly fast: number
    readonly fastHoley: number
    readonly dictionary: number
    readonly smi: number
    readonly smiHoley: number
    readonly double: number
    readonly doubleHoley: number
  }
  readonly scopeInfo: { readonly locals: number; readonly firstVariable: number }
  readonly contextHeader: number
  readonly allocationSite: { readonly next: number }
  readonly nameDictionaryStart: number
  readonly numberDictionaryStart: number
  readonly firstNonString: number
  /** Whether strings of a type have one byte per character. */
  readonly isOneByte: (type: number) => boolean
  /** The first word of an object with embedder fields that differs from other objects. */
  readonly apiHeader: number
  readonly arrayBuffer: { readonly byteLength: number; readonly backingStore: number }
  readonly view: {
    readonly buffer: number
    readonly byteLength: number
    /** -1 if a typed array stores only its bytes. */
    readonly length: number
  }
  readonly date: { readonly value: number }
  /** By class: bytes per number of a typed array. */
  readonly numberBytes: Readonly<Record<string, number>>
  readonly uncompiled: { readonly inferredName: number; readonly startPosition: number }
}

/** Returns a test of whether a string type has one byte per character. */
export function oneByteTest({ constants }: Pick<Header, 'constants'>): (type: number) => boolean {
  const [mask, tag] = [constants.get('StringEncodingMask') ?? 8, constants.get('OneByteStringTag') ?? 8]
  return type => (type & mask) === tag
}

export function v8Layout({ constants, v8 }: Header): V8Layout {
  const [major = 0, minor = 0] = v8.split('.', 2).map(part => Number.parseInt(part, 10) || 0)
  const number = (name: string, otherwise: number): number => constants.get(name) ?? otherwise
  const word = (field: string, otherwise: number): number => {
    const prefix = `class_${field}__`
    for (const [name, offset] of constants)
      if (name.startsWith(prefix) && offset >= 0 && offset < 2 ** 16) return Math.floor(offset / 8)
    return otherwise
  }
  const shared = word('JSFunction__shared', 4)
  const twoFunctions = word('SharedFunctionInfo__name_or_scope_info', 2) === 3
  return {
    major,
    isAfter14_1: major > 14 || (major === 14 && minor > 1),
    map: {
      prototype: word('Map__prototype', 3),
      constructor: word('Map__constructor_or_back_pointer', 4),
      descriptors: number('class_Map__instance_descriptors_offset', 40) / 8,
      dependentCode: word('Map__dependent_code', 6),
      validityCell: 7,
      transitions: word('Map__prototype_info', 8),
    },
    object: { properties: word('JSReceiver__raw_properties_or_hash', 1), elements: word('JSObject__elements', 2) },
    array: { length: 3 },
    function: {
      shared,
      context: word('JSFunction__context', shared + 1),
      feedbackCell: word('JSFunction__raw_feedback_cell', shared + 2),
      // Up to V8 11 after the feedback cell, then before `shared`, then in the dispatch table.
      code: word('JSFunction__code', shared === 3 ? 6 : major >= 13 ? -1 : 3),
      prototype: word('JSFunction__prototype_or_initial_map', 7),
    },
    shared: {
      nameOrScope: word('SharedFunctionInfo__name_or_scope_info', 2),
      script: word('SharedFunctionInfo__script_or_debug_info', word('SharedFunctionInfo__script', 4)),
      outer: word('SharedFunctionInfo__feedback_metadata', 3),
      functions: twoFunctions ? [1, 2] : [1],
    },
    script: {
      source: word('Script__source', 1),
      name: word('Script__name', 2),
      id: 8,
      contextData: 5,
      sourceUrl: major < 11 ? 13 : 14,
      sourceMapUrl: major < 11 ? 14 : 15,
      lineEnds: word('Script__line_ends', 7),
    },
    descriptorHeader: number('class_DescriptorArray__header_size__uintptr_t', 24) / 8,
    details: {
      isNumber: details => {
        const representation =
          (details & number('prop_representation_mask', 448)) >>> number('prop_representation_shift', 6)
        return (
          representation === number('prop_representation_smi', 1) ||
          representation === number('prop_representation_double', 2)
        )
      },
      kindMask: number('prop_kind_mask', 1),
      locationMask: number('prop_location_mask', 32),
      indexMask: number('prop_index_mask', 0x1ff80000),
      indexShift: number('prop_index_shift', 19),
    },
    bits: {
      ownDescriptorsMask: number('bit_field3_number_of_own_descriptors_mask', 0xffc00),
      ownDescriptorsShift: number('bit_field3_number_of_own_descriptors_shift', 10),
      dictionaryShift: number('bit_field3_is_dictionary_map_shift', 21),
      elementsKindMask: number('bit_field2_elements_kind_mask', 252),
      elementsKindShift: number('bit_field2_elements_kind_shift', 2),
    },
    elementsKinds: {
      fast: number('elements_fast_elements', 2),
      fastHoley: number('elements_fast_holey_elements', 3),
      dictionary: number('elements_dictionary_elements', 13),
      // Not exported; unchanged since V8 has packed arrays.
      smi: 0,
      smiHoley: 1,
      double: 4,
      doubleHoley: 5,
    },
    scopeInfo: {
      locals: 1 + number('scopeinfo_idx_ncontextlocals', 2),
      firstVariable: 1 + number('scopeinfo_idx_first_vars', 3),
    },
    allocationSite: { next: word('AllocationSite__weak_next', 5) },
    contextHeader: number('context_min_slots', 2),
    // A hash table starts with three counts, followed by the fields of its kind.
    nameDictionaryStart: 3 + number('namedictionaryshape_prefix_size', 2),
    numberDictionaryStart: 3 + number('numberdictionaryshape_prefix_size', 1),
    firstNonString: number('FirstNonstringType', 128),
    isOneByte: oneByteTest({ constants }),
    apiHeader: word('JSArrayBuffer__detach_key', word('JSArrayBuffer__views_or_detach_key', 3)),
    arrayBuffer: {
      byteLength: word('JSArrayBuffer__byte_length', 3),
      backingStore: word('JSArrayBuffer__backing_store', 5),
    },
    view: {
      buffer: word('JSArrayBuffer__detach_key', word('JSArrayBuffer__views_or_detach_key', 3)),
      byteLength: word('JSArrayBufferView__byte_length', 5),
      length: word('JSTypedArray__length', -1),
    },
    date: { value: word('JSDate__value', 3) },
    numberBytes,
    uncompiled: {
      inferredName: word('UncompiledData__inferred_name', 1),
      startPosition: number('class_UncompiledData__start_position__int32_t', 16),
    },
  }
}

const numberBytes: V8Layout['numberBytes'] = {
  Buffer: 1,
  FastBuffer: 1,
  Int8Array: 1,
  Uint8Array: 1,
  Uint8ClampedArray: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Float16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
  Float64Array: 8,
  BigInt64Array: 8,
  BigUint64Array: 8,
}
