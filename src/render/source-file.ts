import { isAbsolute, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { plain } from './plain-text.js'

/**
 * A source file's path in the checkout: relative to leakscope's working directory, with slashes; `undefined` for files
 * elsewhere and for anything else (the URL of a script).
 */
export function fileInCheckout(file: string, cwd: string | undefined): string | undefined {
  if (/^[a-z][a-z+.-]+:/i.test(file)) return undefined
  if (!isAbsolute(file)) return clean(file)
  if (cwd === undefined) return undefined
  const path = relative(cwd, file)
  return path === '' || path.startsWith('..') || isAbsolute(path) ? undefined : clean(path)
}

/** The same as a URI: relative for a file of the checkout, else absolute. */
export function uriOf(file: string, cwd: string | undefined): string {
  const inside = fileInCheckout(file, cwd)
  if (inside !== undefined) return inside.split('/').map(encodeURIComponent).join('/')
  if (isAbsolute(file)) return onlyUriCharacters(pathToFileURL(file).href)
  return URL.canParse(file) ? onlyUriCharacters(new URL(file).href) : encodeURIComponent(plain(file))
}

// The URL class leaves some characters that RFC 3986 does not allow: quotes in a host, bars in a path.
const onlyUriCharacters = (url: string): string =>
  url.replace(/[^\w.~!*'()%/:;,?@&=+$#[\]-]/gu, character => encodeURIComponent(character))

const clean = (path: string): string => plain(path.split(sep).join('/'))
