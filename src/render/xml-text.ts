import { plain } from './plain-text.js'

/** A text for HTML, SVG and Graphviz' HTML-like labels, between tags or between quotes. Line breaks and control characters stay: see `inert`. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character]!)
}

/** A string out of a heap for a page: `plain`, then escaped. */
export function inert(text: string): string {
  return escaped(plain(text))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
