// @ts-check

// A process of its own, which has the socket of an inspector as descriptor 3 and does nothing while leakscope lives.
// When leakscope ends, so does stdin: the socket is then read until the inspector has replied, or sends no more.
const { Socket } = require('node:net')

/** A message from the inspector, or from a worker through it, that is no event. */
const replies = [Buffer.from('{"id":'), Buffer.from('"message":"{\\"id\\":')]
const longest = Math.max(...replies.map(({ length }) => length))
/** V8 reports progress many times a second: after so many milliseconds of silence there is nothing left to read. */
const SILENCE_MS = 60_000

process.stdin.on('end', drain).on('error', drain).resume()
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => {})

function drain() {
  const end = () => process.exit()
  let silence = setTimeout(end, SILENCE_MS)
  let rest = Buffer.alloc(0)
  const socket = new Socket({ fd: 3, readable: true, writable: false })
  socket.on('data', part => {
    silence.refresh()
    const seen = Buffer.concat([rest, part])
    // The reply may still be in the middle of its frame.
    if (replies.some(reply => seen.includes(reply))) silence = setTimeout(end, 100)
    rest = seen.subarray(-longest)
  })
  socket.on('error', end)
  socket.on('close', end)
}
