import { broken, type Cursor, truncated, unexpected } from './cursor.js'

/** Skips one JSON value of any kind. Nesting is counted, not checked, since the value is not used. */
export async function skipValue(cursor: Cursor, where: string): Promise<void> {
  await walkValue(cursor, where, () => {})
}

/** Skips a JSON array of numbers. Only searches for its end, several times faster than reading the numbers. */
export async function skipNumbers(cursor: Cursor, section: string): Promise<void> {
  await cursor.expect('[', `at the start of section \`${section}\``)
  for (;;) {
    const end = cursor.bytes.indexOf(closingBracket, cursor.at)
    if (end >= 0 && end < cursor.end) {
      cursor.at = end + 1
      return
    }
    cursor.at = cursor.end
    if (!(await cursor.more())) throw truncated(cursor.ending, `in section \`${section}\``)
  }
}

/** Reads one JSON value of moderate size. */
export async function readValue(cursor: Cursor, where: string): Promise<unknown> {
  const begin = cursor.position
  const pieces: Uint8Array[] = []
  let length = 0
  await walkValue(cursor, where, piece => {
    length += piece.length
    if (length > 16 * 2 ** 20) throw broken(begin, `a value ${where} is longer than 16 MB`)
    // Copied, because the cursor's memory is reused.
    pieces.push(Uint8Array.from(piece))
  })
  try {
    return JSON.parse(Buffer.concat(pieces).toString())
  } catch {
    throw broken(begin, `a value ${where} is not JSON`)
  }
}

async function walkValue(cursor: Cursor, where: string, take: (piece: Uint8Array) => void): Promise<void> {
  const first = await cursor.peek()
  if (first < 0 || isEnd(first)) throw unexpected(cursor, first, `a value ${where}`)
  const isPlain = first !== brace && first !== bracket && first !== quote
  let depth = 0
  let inText = false
  let escaped = false

  for (;;) {
    const { bytes, at: begin, end } = cursor
    for (let at = begin; at < end; at++) {
      const byte = bytes[at]!
      if (isPlain) {
        // A number or a word ends where another token begins.
        if (!isEnd(byte)) continue
        take(bytes.subarray(begin, at))
        cursor.at = at
        return
      }
      if (inText) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) inText = false
      } else if (byte === quote) inText = true
      else if (byte === brace || byte === bracket) depth++
      else if (byte === closingBrace || byte === closingBracket) depth--
      if (depth > 0 || inText) continue
      take(bytes.subarray(begin, at + 1))
      cursor.at = at + 1
      return
    }
    take(bytes.subarray(begin, end))
    cursor.at = end
    if (!(await cursor.more())) throw truncated(cursor.ending, where)
  }
}

const [quote, comma, bracket, backslash, closingBracket, brace, closingBrace] = [
  0x22, 0x2c, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d,
]
const isEnd = (byte: number): boolean =>
  byte === comma || byte === closingBrace || byte === closingBracket || byte <= 0x20
