// Writes heaps as a process does that walks its own memory, for tests of the reader.

/** The contents of a tagged slot: another object by name, weakly or not, a small integer, or nothing. */
export type Value = string | number | null | { readonly weak: string } | { readonly again: number }

export interface Drawn {
  readonly name: string
  /** The name of the map among the objects. */
  readonly map: string
  readonly form?: 'slots' | 'one byte' | 'two bytes' | 'external'
  readonly slots?: readonly Value[]
  /** Words; by default, those of the slots and the map. */
  readonly words?: number
  readonly runs?: readonly (readonly [start: number, length: number, kind?: number])[]
  /** Untagged words: only the upper half, or both. */
  readonly raws?: readonly (number | readonly [low: number, high: number])[]
  readonly extras?: readonly (readonly [kind: number, value: Value])[]
  readonly text?: string
  readonly gap?: number
}

/** The common facts of a map's objects. */
export interface DrawnMap {
  readonly type: number
  readonly typeName: string
  readonly words: number
  readonly inObject?: number
  readonly bits?: readonly [bitField: number, bitField2: number, bitField3: number]
}

export interface Drawing {
  readonly maps: Readonly<Record<string, DrawnMap>>
  readonly objects: readonly Drawn[]
  readonly roots?: readonly (readonly [kind: number, label: string, to: string, weak?: boolean])[]
  readonly ids?: Readonly<Record<string, number>>
  readonly embedder?: {
    readonly nodes: readonly {
      readonly name: string
      readonly size: number
      readonly root?: boolean
      readonly wrapper?: string
    }[]
    readonly edges: readonly (readonly [from: string | number, to: string | number, name: string])[]
  }
  readonly header?: Readonly<Record<string, unknown>>
}

export interface Written {
  readonly bytes: Buffer
  /** The positions where records begin: sections, chunks, objects. */
  readonly borders: readonly number[]
}

const forms = ['slots', 'one byte', 'two bytes', 'external']
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)

export function dumpOf({ maps, objects, roots = [], ids, embedder, header }: Drawing): Written {
  const bytes: number[] = []
  const borders: number[] = []
  const byte = (value: number): void => {
    bytes.push(value & 255)
  }
  const number = (value: number): void => {
    let left = value
    for (; left > 127; left = Math.floor(left / 128)) byte((left % 128) | 128)
    byte(left)
  }
  const raw = (buffer: Uint8Array): void => {
    for (const value of buffer) byte(value)
  }
  const text = (value: string): void => {
    const buffer = Buffer.from(value)
    number(buffer.length)
    raw(buffer)
  }
  const numberOf = new Map(objects.map(({ name }, at) => [name, at]))
  const at = (name: string): number => {
    const found = numberOf.get(name)
    if (found === undefined) throw new Error(`the drawing has no ${name}`)
    return found
  }
  const counted = { objects: objects.length, bytes: 0, edges: 0, weak: 0, smis: 0, sum: 0, shapes: 0 }
  let self = 0
  let before: Value = null
  const count = (value: Value, times: number): void => {
    if (typeof value === 'number') counted.smis += times
    if (typeof value === 'string' || (typeof value === 'object' && value !== null && 'weak' in value)) {
      const to = at(typeof value === 'string' ? value : value.weak)
      counted.edges += times
      if (typeof value !== 'string') counted.weak += times
      counted.sum = (counted.sum + Math.imul(to, times)) >>> 0
    }
  }
  const slot = (value: Value): void => {
    if (value === null) number(3)
    else if (typeof value === 'number') number(4 * zigzag(value) + 2)
    else if (typeof value === 'string') number(4 * zigzag(at(value) - self))
    else if ('weak' in value) number(4 * zigzag(at(value.weak) - self) + 1)
    else {
      number(11)
      number(value.again)
      count(before, value.again)
      return
    }
    count(value, 1)
    before = value
  }
  const word = (value: number | readonly [number, number]): void => {
    if (typeof value === 'number') {
      number(2 * zigzag(value))
      return
    }
    number(1)
    const buffer = Buffer.alloc(8)
    buffer.writeUInt32LE(value[0] >>> 0, 0)
    buffer.writeInt32LE(value[1] | 0, 4)
    raw(buffer)
  }

  raw(Buffer.from('LSHEAP\n\x01', 'latin1'))
  borders.push(bytes.length)
  byte(0x48)
  text(JSON.stringify({ ...headerOf(objects.length), ...header }))
  borders.push(bytes.length)
  byte(0x52)
  number(roots.length)
  const labels: string[] = []
  for (const [kind, label, to, weak] of roots) {
    number(kind)
    const known = labels.indexOf(label) + 1
    if (label === '') number(0)
    else if (known > 0) number(known)
    else {
      number(labels.push(label))
      text(label)
    }
    number(2 * at(to) + (weak === true ? 1 : 0))
  }

  const types = new Set<number>()
  const shapes: string[] = []
  const layouts = new Map<string, string>()
  borders.push(bytes.length)
  byte(0x43)
  number(0x1234567)
  byte(0)
  number(objects.length)
  objects.forEach((object, index) => {
    self = index
    before = null
    borders.push(bytes.length)
    const map = maps[object.map]!
    const form = object.form ?? 'slots'
    const slots = object.slots ?? []
    const wide = form === 'two bytes'
    const characters = Buffer.from(object.text ?? '', wide ? 'utf16le' : 'latin1')
    const values = slots.reduce<number>(
      (sum, value) => sum + (typeof value === 'object' && value !== null && 'again' in value ? value.again : 1),
      0,
    )
    const words =
      form === 'one byte' || form === 'two bytes'
        ? Math.ceil((16 + characters.length) / 8)
        : map.words > 0
          ? map.words
          : (object.words ?? 1 + values)
    const runs = object.runs ?? (form === 'slots' ? [[1, 0]] : [])
    const layout = JSON.stringify(runs)
    const isNew = !shapes.includes(object.map)
    const says = form === 'slots' && (layouts.get(object.map) ?? '[[1,0]]') !== layout
    if (form === 'slots') layouts.set(object.map, says ? layout : (layouts.get(object.map) ?? layout))
    const shape = isNew ? shapes.push(object.map) - 1 : shapes.indexOf(object.map)
    number(8 * shape + (object.extras ? 4 : 0) + (says ? 2 : 0) + (object.gap ? 1 : 0))
    if (object.gap) number(object.gap)
    if (isNew) {
      number(map.type)
      if (!types.has(map.type)) text(map.typeName)
      types.add(map.type)
      byte(forms.indexOf(form))
      byte(form === 'slots' || form === 'external' ? map.words : 0)
      const [bitField, bitField2, bitField3] = map.bits ?? [0, 0, 0]
      const body = Buffer.alloc(12)
      body[0] = map.words
      body[1] = map.inObject ?? 0
      body.writeUInt16LE(map.type, 4)
      body[6] = bitField
      body[7] = bitField2
      body.writeUInt32LE(bitField3 >>> 0, 8)
      raw(body)
      number(at(object.map))
    }
    counted.bytes += 8 * words
    if (form !== 'slots') {
      number(0)
      number(object.text?.length ?? 0)
      if (form === 'external') number(object.text?.length ?? 0)
      raw(characters)
      return
    }
    if (map.words === 0) number(words)
    if (says) {
      number(runs.length)
      let end = 1
      for (const [start, length, kind] of runs) {
        number(start - end)
        number(length)
        byte(kind ?? 0)
        end = start + length
      }
    }
    for (const value of slots) slot(value)
    for (const value of object.raws ?? []) word(value)
    if (object.extras) {
      number(object.extras.length)
      for (const [kind, value] of object.extras) {
        byte(kind)
        slot(value)
      }
    }
  })
  counted.shapes = shapes.length
  borders.push(bytes.length)
  if (ids !== undefined) {
    byte(0x49)
    let [last, lastId] = [0, 0]
    for (const [name, id] of Object.entries(ids).sort((a, b) => at(a[0]) - at(b[0]))) {
      number(at(name) - last + 1)
      number(zigzag(id - lastId))
      ;[last, lastId] = [at(name), id]
    }
    number(0)
    borders.push(bytes.length)
  }
  if (embedder !== undefined) {
    byte(0x45)
    number(embedder.nodes.length)
    for (const { name, size, root, wrapper } of embedder.nodes) {
      text('Node /')
      text(name)
      number(size)
      byte(root === true ? 1 : 0)
      number(wrapper === undefined ? 0 : at(wrapper) + 1)
    }
    number(embedder.edges.length)
    for (const [from, to, name] of embedder.edges) {
      for (const end of [from, to]) number(typeof end === 'string' ? 2 * at(end) : 2 * end + 1)
      text(name)
    }
    borders.push(bytes.length)
  }
  byte(0x5a)
  text(JSON.stringify(counted))
  return { bytes: Buffer.from(bytes), borders }
}

const headerOf = (nodes: number) => ({
  node: 'v24.0.0',
  v8: '13.6.1',
  nodes,
  chunkBits: 18,
  rawWords: 32,
  stringLimit: 2 ** 32 - 1,
  externalLimit: 256,
  stringHeader: 16,
  rootKinds: { 10: '(Handle scope)', 11: '(Global handles)' },
  constants: {
    class_Map__prototype__Object: 24,
    class_Map__constructor_or_back_pointer__Object: 32,
    class_Map__instance_descriptors_offset: 40,
    class_JSFunction__shared__SharedFunctionInfo: 32,
    class_SharedFunctionInfo__name_or_scope_info__Object: 24,
    class_SharedFunctionInfo__script__HeapObject: 40,
    class_JSArrayBuffer__detach_key__Object: 32,
    class_JSArrayBuffer__byte_length__size_t: 40,
    class_JSArrayBuffer__backing_store__uintptr_t: 56,
    scopeinfo_idx_first_vars: 5,
    namedictionaryshape_prefix_size: 3,
    type_JSGlobalObject__JS_GLOBAL_OBJECT_TYPE: 300,
  },
})
