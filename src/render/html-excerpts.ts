import type { Excerpt } from '../report/excerpt.js'
import { inert } from './xml-text.js'

/** Source excerpts for the answer's locations, each with a link that opens VS Code. */
export function excerptsOf(excerpts: readonly Excerpt[]): string {
  const parts = excerpts.map(({ place: { file, line, column }, path, from, lines }) => {
    const link = `vscode://file${path.split('/').map(encodeURIComponent).join('/')}:${line}:${column}`
    const text = lines.map((one, at) => {
      const number = `<span class="line">${from + at}</span>`
      const row = `${number} ${inert(one)}`
      return from + at === line ? `<mark>${row}</mark>` : row
    })
    return `<h3><a href="${inert(link)}">${inert(`${file}:${line}:${column}`)}</a></h3>\n<pre class="source" tabindex="0">${text.join('\n')}</pre>`
  })
  return `<section id="source">\n<h2>In the source</h2>\n${parts.join('\n')}\n</section>`
}
