/** An element of an XML text. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: (Element | string)[]
}

/** Parses XML as strictly as the standard requires, and throws where a browser would show an error page. */
export function readXml(text: string): Element {
  const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text)
  if (forbidden) throw new Error(`character ${forbidden[0].codePointAt(0)} is not allowed in XML`)
  const document: Element = { name: '', attributes: {}, children: [] }
  const open = [document]
  const token =
    /<\?.*?\?>|<!DOCTYPE[^>]*>|<!--((?:(?!--)[\s\S])*)-->|<\/([\w:-]+)\s*>|<([\w:-]+)((?:\s+[\w:-]+="[^<"]*")*)\s*(\/?)>|([^<]+)/gy
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const found = token.exec(text)
    if (!found) throw new Error(`not XML: ${text.slice(at, at + 60)}`)
    const [, , closed, opened, attributes, empty, characters] = found
    if (closed && open.pop()!.name !== closed) throw new Error(`</${closed}> closes nothing`)
    if (characters) open.at(-1)!.children.push(read(characters))
    if (!opened) continue
    const pairs = [...attributes!.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, value]) => [name!, read(value!)])
    const element: Element = { name: opened, attributes: Object.fromEntries(pairs), children: [] }
    if (pairs.length !== Object.keys(element.attributes).length) throw new Error('an attribute comes twice')
    open.at(-1)!.children.push(element)
    if (!empty) open.push(element)
  }
  const elements = document.children.filter(child => typeof child !== 'string')
  if (open.length !== 1 || elements.length !== 1) throw new Error('not one whole element')
  return elements[0]!
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function read(text: string): string {
  return text.replace(/&([^;\s]*;?)/g, (_, entity: string) => {
    const [, hex, decimal, name] = /^(?:#x([\da-f]+)|#(\d+)|(\w+));$/i.exec(entity) ?? []
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal)
    const character = name ? ENTITIES[name] : String.fromCodePoint(code)
    if (character === undefined) throw new Error(`&${entity} is no entity`)
    return character
  })
}

/** All elements in an element, in the order of the text, starting with itself. */
export function elementsOf(element: Element): Element[] {
  return [element, ...element.children.flatMap(child => (typeof child === 'string' ? [] : elementsOf(child)))]
}

export function textOf({ children }: Element): string {
  return children.map(child => (typeof child === 'string' ? child : textOf(child))).join('')
}
