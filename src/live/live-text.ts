import type { Preview, RemoteObject } from './protocol/evaluate.js'

/** A remote value on one line, as in a console; long strings and functions are cut. */
export function oneLine(value: RemoteObject): string {
  if (value.type === 'string') return quoted(String(value.value))
  if (value.type === 'function') return functionText(value.description ?? '')
  if (value.subtype === 'null') return 'null'
  if (value.type !== 'object') return value.unserializableValue ?? value.description ?? String(value.value)
  return value.preview === undefined ? firstLine(value.description ?? 'Object') : previewText(value.preview)
}

const MOST = 80

const firstLine = (text: string): string => cut(text.split('\n', 1)[0]!)
const cut = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text)
const quoted = (text: string): string => JSON.stringify(cut(text))

// V8's description of a function is its complete source.
function functionText(source: string): string {
  return firstLine(source).replace(/\s*\{[^}]*\}?\s*$/, ' { … }')
}

function previewText({ type, subtype, description = 'Object', overflow, properties, entries }: Preview): string {
  if (subtype === 'null') return 'null'
  if (type === 'string') return quoted(description)
  if (type !== 'object') return type === 'function' ? functionText(description) : description
  const name = firstLine(description)
  // The description of a date, an error or a promise is sufficient.
  if (properties.length === 0 && entries === undefined) return name
  const more = overflow ? ['…'] : []
  if (entries !== undefined) {
    const shown = entries.map(({ key, value }) =>
      key ? `${previewText(key)} => ${previewText(value)}` : previewText(value),
    )
    return `${name} {${[...shown, ...more].join(', ')}}`
  }
  const isList = subtype === 'array' || subtype === 'typedarray'
  const shown = properties.map(property => {
    const text = propertyText(property)
    return isList && /^\d+$/.test(property.name) ? text : `${property.name}: ${text}`
  })
  return isList ? `${name} [${[...shown, ...more].join(', ')}]` : `${name} {${[...shown, ...more].join(', ')}}`
}

function propertyText({ type, value = '' }: Preview['properties'][number]): string {
  if (type === 'string') return quoted(value)
  if (type === 'accessor') return '(accessor)'
  return type === 'function' ? 'ƒ' : firstLine(value)
}
