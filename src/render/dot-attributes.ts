import { LeakscopeError } from '../errors.js'
import type { Attributes } from './graphviz-builder.js'

type Attribute = keyof Attributes<'node'>

const known: Readonly<Record<Attribute, RegExp>> = {
  label: /^/,
  tooltip: /^/,
  shape: /^[A-Za-z_]\w*$/,
  style: /^/,
  color: /^/,
  fillcolor: /^/,
  fontcolor: /^/,
  fontname: /^/,
  fontsize: /^\d+(\.\d+)?$/,
  margin: /^/,
  height: /^\d+(\.\d+)?$/,
  width: /^\d+(\.\d+)?$/,
  penwidth: /^\d+(\.\d+)?$/,
}

/**
 * The Graphviz attributes that a caller chose for an object. Errors: USAGE for an unknown attribute or an invalid
 * value.
 */
export function chosenAttributes(chosen: Readonly<Record<string, string>>): Attributes<'node'> {
  for (const [name, value] of Object.entries(chosen)) {
    if (Object.hasOwn(known, name) && known[name as Attribute].test(value)) continue
    const what = Object.hasOwn(known, name)
      ? `${name} cannot be ${JSON.stringify(value)}`
      : `unknown node attribute ${name}`
    throw new LeakscopeError('USAGE', what, {
      hint: `Choose among ${Object.keys(known).join(', ')}, for example penwidth=3 or shape=ellipse.`,
    })
  }
  // Numbers stay strings: both are written alike.
  return chosen as Attributes<'node'>
}
