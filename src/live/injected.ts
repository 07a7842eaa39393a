import { posix } from 'node:path'
import { sourceText } from '../package-file.js'

/**
 * An expression that calls a function of a file in `injected/` with JSON values. Only what the function leaves there
 * stays in the target.
 */
export function injectedCall(file: string, name: string, ...given: readonly unknown[]): string {
  return injected(file, `${name}(${given.map(value => JSON.stringify(value)).join(', ')})`)
}

/** An expression for a function of a file in `injected/`, to be called with values that JSON does not support. */
export function injected(file: string, name: string): string {
  return `(() => {\n${withReferences(file)}return ${name}\n})()`
}

/** The text of a file in `injected/` with one function or one program, without comments and indentation. */
export function injectedText(file: string): string {
  return read(file).code
}

interface Script {
  readonly code: string
  /** The files whose functions it uses. */
  readonly needs: readonly string[]
}

function withReferences(file: string, sent: Set<string> = new Set()): string {
  if (sent.has(file)) return ''
  sent.add(file)
  const { code, needs } = read(file)
  return [...needs.map(needed => withReferences(needed, sent)), code].join('')
}

const scripts = new Map<string, Script>()

function read(file: string): Script {
  const known = scripts.get(file)
  if (known !== undefined) return known
  const text = sourceText(`live/injected/${file}.js`)
  const needs = [...text.matchAll(/^\/\/\/ <reference path="(.+)" \/>$/gm)].map(([, path]) =>
    posix.basename(path!, '.js'),
  )
  const script = { code: withoutComments(text), needs }
  scripts.set(file, script)
  return script
}

// V8 keeps the complete text of evaluated code, for a while in its cache and as long as a function of it lives. Our
// files have no comments at the end of code lines, except type annotations within.
function withoutComments(text: string): string {
  const code = text
    .replace(/^\s*\/\*\*(?:(?!\*\/)[\s\S])*\*\/$/gm, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/\/\*\* @type \S(?:(?!\*\/).)*\*\/ /g, '')
  return code.replace(/\n\s*/g, '\n').trimStart()
}
