/**
 * Makes Graphviz's SVG interactive without scripts: a clicked object gets a frame, and a click on an arrow goes to the
 * object that it leads to. Objects keep their ids from dot (`o1203`), after `prefix` if several pictures share a page;
 * full names are in the tooltips. `selected` objects are marked, so that a page can open on them.
 */
export function linked(svg: string, prefix = '', selected: ReadonlySet<string> = new Set()): string {
  let target = ''
  return svg.replace(PARTS, (part, kind?: string, name?: string, tooltip?: string) => {
    if (tooltip !== undefined) return `<a href="#${prefix}${target}"><title>${tooltip}</title>`
    if (name === undefined) return `${part}\n<style>${STYLE}</style>`
    // An arrow's name is `o1->o2`.
    target = name.slice(name.lastIndexOf(';') + 1)
    if (kind !== 'node') return '<g class="edge">'
    return `<g id="${prefix}${target}" class="node"${selected.has(target) ? ' data-role="asked"' : ''}>`
  })
}

/**
 * The `svg` tag, the beginning of each of its parts, and the links that Graphviz makes for tooltips. Texts contain no
 * bare `<`.
 */
const PARTS =
  /<svg [^>]*>|<g id="(?:node|edge)\d+" class="(node|edge)">\s*<title>([\w&#;]*)<\/title>|<a xlink:title="([^"]*)">/g

const STYLE = `
.node:target > g > a > polygon, .node:target > g > a > path { stroke: #0969da; stroke-width: 5 }
.node a:hover > polygon, .edge a:hover > path { stroke: #0969da; stroke-width: 3 }
`
