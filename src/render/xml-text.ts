import { plain } from './plain-text.js'

/**
 * Escapes a text for HTML, SVG and Graphviz's HTML-like labels, between tags or in quotes. Line breaks and control
 * characters stay: see `inert`.
 */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character]!)
}

/** A heap string for a page: `plain`, then escaped. */
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
