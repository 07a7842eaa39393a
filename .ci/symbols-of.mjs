// The symbols of a Node.js binary that the heap walk needs: those listed in symbols.c, and the functions in the vtables of V8's
// visitors, with all their names.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

const source = readFileSync(new URL('../src/live/capture/memory/symbols.c', import.meta.url), 'utf8')
const wanted = new Set(source.match(/(?<=")_Z[\w]+(?=")/g))
const classes = /classes\[\] = \{([^}]*)\}/.exec(source)[1].match(/(?<=")\w+(?=")/g)
const isOfInterest = name => classes.some(one => name.includes(one))
const VISITOR_TABLE = '_ZTVN2v88internal26IndexedReferencesExtractorE'
const MACHINES = { 62: 'linux-x64', 183: 'linux-arm64' }
const SHT = { symbols: 2, relocations: 4, note: 7, dynamicSymbols: 11 }
const FUNCTION = 2
const RELATIVE = { 62: 8, 183: 1027 }

/** `{ platform, buildId, symbols, exported }` of a binary: the symbols by address, and whether `strip` keeps them. */
export function symbolsOf(path) {
  const file = openSync(path, 'r')
  try {
    const elf = read(file, 0, 64)
    if (elf.readUInt32BE(0) !== 0x7f454c46) throw new Error(`${path} is not an ELF file`)
    const machine = elf.readUInt16LE(18)
    const count = elf.readUInt16LE(60)
    const heads = read(file, Number(elf.readBigUInt64LE(40)), count * 64)
    const sections = Array.from({ length: count }, (_, i) => section(heads.subarray(i * 64)))
    const contentOf = ({ offset, size }) => read(file, offset, size)

    const all = []
    let exported = false
    for (const { type, link, ...place } of sections) {
      if (type !== SHT.symbols && type !== SHT.dynamicSymbols) continue
      const some = [...symbolsIn(contentOf(place), contentOf(sections[link]))]
      if (type === SHT.dynamicSymbols) exported = some.some(({ name }) => name === VISITOR_TABLE)
      all.push(...some)
    }
    const found = new Map(all.filter(({ name }) => wanted.has(name)).map(symbol => [symbol.name, symbol]))
    const functions = new Set([...found.values()].filter(({ name }) => name.startsWith('_ZTV')).flatMap(slotsOf))
    for (const symbol of all) {
      if (symbol.type === FUNCTION && functions.has(symbol.address) && isOfInterest(symbol.name))
        found.set(symbol.name, symbol)
    }
    const named = new Set([...found.values()].map(({ address }) => address))
    if ([...functions].some(address => !named.has(address)))
      throw new Error("a function in one of V8's vtables has no name")
    const symbols = [...found.values()]
      .map(symbol => ({ ...symbol, sized: wanted.has(symbol.name) }))
      .sort((a, b) => a.address - b.address || (a.name < b.name ? -1 : 1))
    return {
      platform: MACHINES[machine],
      buildId: buildIdIn(sections.filter(({ type }) => type === SHT.note).map(contentOf)),
      symbols,
      exported,
    }

    // After the offset to top and the type information.
    function slotsOf({ address, size }) {
      const table = sections.find(one => one.address <= address && address + size <= one.address + one.size)
      const words = read(file, table.offset + address - table.address, size)
      const moved = relocations()
      return Array.from({ length: size / 8 - 2 }, (_, i) => i * 8 + 16).map(
        at => moved.get(address + at) ?? Number(words.readBigUInt64LE(at)),
      )
    }

    // In a position-independent program, the words of a vtable are in the relocations.
    function relocations() {
      if (relocations.known !== undefined) return relocations.known
      const known = new Map()
      for (const { type, ...place } of sections) {
        if (type !== SHT.relocations) continue
        const entries = contentOf(place)
        for (let at = 0; at < entries.length; at += 24) {
          if (Number(entries.readBigUInt64LE(at + 8)) !== RELATIVE[machine]) continue
          known.set(Number(entries.readBigUInt64LE(at)), Number(entries.readBigInt64LE(at + 16)))
        }
      }
      relocations.known = known
      return known
    }
  } finally {
    closeSync(file)
  }
}

function read(file, offset, size) {
  const bytes = Buffer.alloc(size)
  if (readSync(file, bytes, 0, size, offset) !== size) throw new Error('the file ends before its sections do')
  return bytes
}

function section(head) {
  const number = at => Number(head.readBigUInt64LE(at))
  return {
    type: head.readUInt32LE(4),
    address: number(16),
    offset: number(24),
    size: head.readUInt32LE(4) === 8 ? 0 : number(32), // 8: not in the file
    link: head.readUInt32LE(40),
  }
}

function* symbolsIn(table, texts) {
  const names = texts.toString('latin1')
  for (let at = 0; at < table.length; at += 24) {
    const address = Number(table.readBigUInt64LE(at + 8))
    if (address === 0 || table.readUInt16LE(at + 6) === 0) continue
    const start = table.readUInt32LE(at)
    if (names.charCodeAt(start) !== 95) continue // _
    const name = names.slice(start, names.indexOf('\0', start))
    if (!/^_Z(TV)?NK?(2v8|4node)/.test(name) && !isOfInterest(name)) continue
    yield { name, address, size: Number(table.readBigUInt64LE(at + 16)), type: table[at + 4] & 15 }
  }
}

function buildIdIn(notes) {
  for (const note of notes) {
    for (let at = 0; at + 12 <= note.length; ) {
      const nameSize = note.readUInt32LE(at)
      const size = note.readUInt32LE(at + 4)
      const behind = at + 12 + ((nameSize + 3) & ~3)
      if (note.readUInt32LE(at + 8) === 3 && note.toString('latin1', at + 12, at + 16) === 'GNU\0') {
        return note.toString('hex', behind, behind + size)
      }
      at = behind + ((size + 3) & ~3)
    }
  }
  throw new Error('it has no build id')
}
