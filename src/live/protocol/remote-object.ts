import { anything, cutText, flag, list, object, optional, otherwise, type Schema, text } from './schema.js'

// V8 gives the whole source as a function's description.
const shown = cutText(100_000)
const word = text(200)

/** The first few properties and entries of an object. Getters are named, never run. */
export interface Preview {
  readonly type: string
  readonly subtype?: string
  readonly description?: string
  readonly overflow: boolean
  readonly properties: readonly PropertyPreview[]
  readonly entries?: readonly { readonly key?: Preview; readonly value: Preview }[]
}

/** One property of an object's preview. */
export interface PropertyPreview {
  readonly name: string
  readonly type: string
  readonly subtype?: string
  readonly value?: string
}

const property = object({ name: shown, type: word, subtype: optional(word), value: optional(shown) })

// Entries are previews without entries: V8 nests previews no deeper.
function previewWith(entries: Schema<Preview['entries']>): Schema<Preview> {
  return object({
    type: word,
    subtype: optional(word),
    description: optional(shown),
    overflow: flag,
    properties: list(property, 1000),
    entries,
  }) as Schema<Preview>
}

const entry = previewWith(otherwise(optional(list(object({}), 0)), undefined) as Schema<undefined>)
const preview = previewWith(optional(list(object({ key: optional(entry), value: entry }), 1000)))

/** A value of the target in the protocol's form: primitives by value, objects by a handle that keeps them alive. */
export interface RemoteObject {
  readonly type: string
  readonly subtype?: string
  readonly value?: unknown
  /** What JSON cannot express: `NaN`, `-0`, `10n`. */
  readonly unserializableValue?: string
  readonly description?: string
  readonly objectId?: string
  readonly preview?: Preview
}

/** A remote object in an answer; the caller checks its `value`. */
export const remoteObject: Schema<RemoteObject> = object({
  type: word,
  subtype: optional(word),
  value: anything as Schema<unknown>,
  unserializableValue: optional(cutText(100_000)),
  description: optional(shown),
  objectId: optional(text(1000)),
  preview: optional(preview),
}) as Schema<RemoteObject>

/** The result of an evaluation or a call. */
export interface Evaluation {
  readonly result: RemoteObject
  /** What it threw, if anything. */
  readonly exceptionDetails?: {
    readonly text: string
    readonly exception?: { readonly description?: string; readonly value?: unknown }
  }
}

/** The answer to `Runtime.evaluate` and `Runtime.callFunctionOn`. */
export const evaluation: Schema<Evaluation> = object({
  result: remoteObject,
  exceptionDetails: optional(
    object({
      text: otherwise(cutText(1000), 'it did not say why'),
      exception: optional(object({ description: optional(cutText(10_000)), value: anything })),
    }),
  ),
}) as Schema<Evaluation>

/** The message of what an evaluation threw, on one line. */
export function thrownBy({ text, exception }: NonNullable<Evaluation['exceptionDetails']>): string {
  const value = exception?.value
  const said = exception?.description ?? (typeof value === 'object' || value === undefined ? text : String(value))
  return said.split('\n', 1)[0]!.slice(0, 1000)
}

/** The location of a script, from `Debugger.scriptParsed`. */
export const scriptParsed: Schema<{
  readonly scriptId: string
  readonly url: string
  readonly sourceMapURL?: string
}> = object({
  scriptId: text(20),
  url: cutText(100_000),
  // May be a data URL with the whole source map.
  sourceMapURL: optional(text(64 * 2 ** 20)),
})
