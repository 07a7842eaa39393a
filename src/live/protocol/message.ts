import { accept, cutText, integer, object, optional, textLike, unacceptable } from './schema.js'

/** A message from the peer of an inspector session: the answer to a command, its refusal, or an event. */
export type Message =
  | { readonly id: number; readonly result: object }
  | { readonly id: number; readonly refusal: Refusal }
  | { readonly method: string; readonly params: object }

/** Why the peer refused a command. */
export interface Refusal {
  readonly code: number
  readonly message: string
}

/**
 * Most characters in one message. The longest legitimate ones are scripts with an inline source map and sampling
 * profiles: some tens of millions. (Snapshots come in chunks of 100 KB, 1 MB since Node.js 24.)
 */
const LONGEST = 64 * 2 ** 20

const schema = object({
  id: optional(integer(1)),
  method: optional(textLike(/^[A-Z]\w*\.\w+$/, 100)),
  params: optional(someObject()),
  result: optional(someObject()),
  error: optional(object({ code: optional(integer(-(2 ** 31), 2 ** 31)), message: cutText(1000) })),
})

// An object whose fields the caller checks.
function someObject(): (value: unknown) => object {
  const isObject = object({})
  return value => {
    isObject(value)
    return value as object
  }
}

/** Parses one message of a session. `name` is the sender: `process 4121`. Errors: ATTACH when it is invalid. */
export function readMessage(sent: unknown, name: string): Message {
  const what = `the inspector protocol by ${name}`
  if (typeof sent !== 'string') throw unacceptable(what, 'a message is not text')
  if (sent.length > LONGEST) throw unacceptable(what, `a message has ${sent.length} characters, more than ${LONGEST}`)
  let value: unknown
  try {
    value = JSON.parse(sent)
  } catch {
    throw unacceptable(what, 'a message is not JSON')
  }
  const { id, method, params = {}, result = {}, error } = accept(schema, value, what)
  if (id !== undefined) {
    if (error === undefined) return { id, result }
    return { id, refusal: { code: error.code ?? 0, message: error.message } }
  }
  if (method === undefined) throw unacceptable(what, 'a message is neither an answer nor an event')
  return { method, params }
}
