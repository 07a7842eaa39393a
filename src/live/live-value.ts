import { injected, injectedText } from './injected.js'
import { oneLine } from './live-text.js'
import { heapId, inGroup, run } from './protocol/evaluate.js'
import { evaluation, type RemoteObject, remoteObject } from './protocol/remote-object.js'
import { accept, integer, list, object, optional, text } from './protocol/schema.js'
import type { Target } from './target.js'

/** A value of the target at this moment. */
export interface LiveValue {
  /** As in a console, on one line: `Map(2) {"a" => Session}`. Getters are not run. */
  readonly text: string
  /** The object id; `undefined` for other values, and for an object created after the session's last snapshot. */
  readonly id: number | undefined
}

/** A property of a live object, an element, or an entry of a Map or Set. */
export interface LiveField extends LiveValue {
  /** `.name`, `[3]`, `["user-7"]`, `#secret`. */
  readonly name: string
}

export interface LiveObject extends LiveValue {
  /** Its first fields. */
  readonly fields: readonly LiveField[]
  /** The total number of fields. */
  readonly total: number
  /** Why its fields are not shown, for a Proxy: reading them would run its traps. */
  readonly closed?: string
}

/**
 * objgraph's `at`: the live object with an id; `undefined` if it is gone or is not a JavaScript object (V8 does not
 * expose strings and its own objects). V8 walks the whole heap to find it: about a second for 200 MB. Errors: those of
 * `Target.send`.
 */
export async function liveValueAt(target: Target, id: number): Promise<LiveValue | undefined> {
  return inGroup(target, async objectGroup => {
    const found = await objectWithId(target, id, objectGroup)
    return found && { text: oneLine(found), id }
  })
}

/**
 * A live object with its own properties and entries, at most `most` of them. Costs and errors as for `liveValueAt`.
 */
export async function liveObjectAt(target: Target, id: number, most: number): Promise<LiveObject | undefined> {
  return inGroup(target, async objectGroup => {
    const found = await objectWithId(target, id, objectGroup)
    if (found === undefined) return undefined
    const self = { text: oneLine(found), id, fields: [], total: 0 }
    if (found.subtype === 'proxy') return { ...self, closed: 'a Proxy is not looked into: that would run its traps' }
    const { rows, total } = await fieldRows(target, found.objectId!, most, objectGroup)
    const fields: LiveField[] = []
    for (const { name, value } of rows) fields.push({ name, ...(await liveValue(target, value)) })
    return { ...self, fields, total }
  })
}

/**
 * Evaluates JavaScript in the target like a REPL (top-level `await` and `let` are allowed; limit 10 s) and returns the
 * result. Errors: USAGE with the message of a thrown error, those of `Target.send`.
 */
export async function liveResult(target: Target, expression: string, signal?: AbortSignal): Promise<LiveValue> {
  return inGroup(target, async objectGroup => {
    const asked = { objectGroup, generatePreview: true, replMode: true, timeout: 10_000 }
    const { result } = await run(target, expression, asked, { timeoutMs: 15_000, ...(signal && { signal }) })
    return liveValue(target, result)
  })
}

/**
 * The property names of a live object, own and inherited: completions for `expression.`. Nothing with side effects is
 * run: V8 aborts such an expression, and the result is empty.
 */
export async function liveNames(target: Target, expression: string): Promise<string[]> {
  const names = `${injected('names-of', 'namesOf')}(${expression})`
  try {
    const { result } = await run(
      target,
      names,
      { returnByValue: true, throwOnSideEffect: true, timeout: 500 },
      { timeoutMs: 1000 },
    )
    return accept(list(text(1000), 5000), result.value, `the names in ${target.name}`)
  } catch {
    return []
  }
}

async function liveValue(target: Target, value: RemoteObject): Promise<LiveValue> {
  const id = value.objectId === undefined ? undefined : await heapId(target, value.objectId)
  return { text: oneLine(value), id }
}

async function objectWithId(target: Target, id: number, objectGroup: string): Promise<RemoteObject | undefined> {
  let handle: string
  try {
    const { result } = await target.send(
      'HeapProfiler.getObjectByHeapObjectId',
      { objectId: String(id), objectGroup },
      { answer: handled },
    )
    handle = result.objectId
  } catch (error) {
    // `Object is not available` is a refusal of the protocol, not a lost connection.
    if (isRefusal(error)) return undefined
    throw error
  }
  // The reply has no preview; V8 makes one only for the result of a call or an expression.
  const { result } = await target.send(
    'Runtime.callFunctionOn',
    {
      functionDeclaration: injectedText('itself'),
      objectId: handle,
      objectGroup,
      generatePreview: true,
      silent: true,
    },
    { answer: evaluation },
  )
  return result
}

const isRefusal = (error: unknown): boolean => error instanceof Error && 'response' in error

const handled = object({ result: object({ objectId: text(1000) }) })
const properties = list(object({ name: text(2 ** 20), value: optional(remoteObject) }), 1_000_000)

interface FieldRow {
  readonly name: string
  readonly value: RemoteObject
}

async function fieldRows(
  target: Target,
  objectId: string,
  most: number,
  objectGroup: string,
): Promise<{ rows: FieldRow[]; total: number }> {
  const { result: found } = await target.send(
    'Runtime.callFunctionOn',
    {
      functionDeclaration: injectedText('fields-of'),
      arguments: [{ value: most }],
      objectId,
      objectGroup,
      silent: true,
    },
    { answer: handled },
  )
  const { result } = await target.send(
    'Runtime.getProperties',
    { objectId: found.objectId, ownProperties: true, generatePreview: true },
    { answer: object({ result: properties }) },
  )
  const cells = result.flatMap(({ name, value }) => (/^\d+$/.test(name) && value !== undefined ? value : []))
  const rows: FieldRow[] = []
  for (let at = 1; at + 2 < cells.length; at += 3) {
    rows.push(fieldRow(String(cells[at]!.value), cells[at + 1]!, cells[at + 2]!))
  }
  const total = accept(integer(0), cells[0]?.value, `the fields of an object of ${target.name}`)
  if (total > MOST_FOR_PRIVATE) return { rows, total }
  const secrets = await privateFields(target, objectId)
  return { rows: [...rows, ...secrets].slice(0, most), total: total + secrets.length }
}

// For private fields, V8 also lists all entries of a collection, in the memory of the target.
const MOST_FOR_PRIVATE = 1000

/** `#name` fields, which code outside the class cannot see. */
async function privateFields(target: Target, objectId: string): Promise<FieldRow[]> {
  const { privateProperties = [] } = await target.send(
    'Runtime.getProperties',
    { objectId, ownProperties: true, nonIndexedPropertiesOnly: true, generatePreview: true },
    { answer: object({ privateProperties: optional(properties) }) },
  )
  return privateProperties.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]))
}

function fieldRow(kind: string, key: RemoteObject, value: RemoteObject): FieldRow {
  if (kind === 'entry') return { name: `[${oneLine(key)}]`, value }
  if (kind === 'member') return { name: '(member)', value }
  const name = propertyName(key)
  return kind === 'property' ? { name, value } : { name: `${name} (accessor, not run)`, value }
}

function propertyName(key: RemoteObject): string {
  if (key.type === 'symbol') return `[${key.description}]`
  const name = String(key.value)
  if (/^\d+$/.test(name)) return `[${name}]`
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}
