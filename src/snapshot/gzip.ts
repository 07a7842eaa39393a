import { pipeline, Readable } from 'node:stream'

/** Whether these are the first bytes of gzipped data. */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

/** The same bytes, decompressed if they are gzipped. */
export async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  try {
    let head: Uint8Array = new Uint8Array(0)
    while (head.length < 2) {
      const { value, done } = await source.next()
      if (done === true) break
      head = Buffer.concat([head, value])
    }
    const whole = rejoined(head, source)
    if (isGzip(head)) yield* gunzipped(whole)
    else yield* whole
  } finally {
    await source.return?.()
  }
}

async function* rejoined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { createGunzip } = await import('node:zlib')
  // Copied, because a stream reads ahead and a chunk's memory is reused.
  const packed = Readable.from(copies(chunks), { objectMode: false })
  yield* pipeline(packed, createGunzip({ chunkSize: 2 ** 20 }), () => {})
}

async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}
