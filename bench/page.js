import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tools } from './tools.js'

const file = fileURLToPath(new URL('../docs/performance.md', import.meta.url))
const [begin, end] = ['<!-- npm run bench writes from here -->', '<!-- to here -->']

/** Writes the tables of all results into docs/performance.md; the text around them is kept. */
export function page(results) {
  const text = readFileSync(file, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/performance.md lacks the line ${from < 0 ? begin : end}`)
  const sections = results
    .toSorted((a, b) => a.size - b.size)
    .map(result => `${table(result)}\n\n${stageTable(result)}`)
  writeFileSync(
    file,
    `${text.slice(0, from + begin.length)}\n\n${legend()}\n\n${sections.join('\n\n')}\n${text.slice(to)}`,
  )
}

/** The cost of the tools for one snapshot, and its ratio to that of leakscope's whole analysis. */
export function table({ bytes, tools: took, missing, date, commit, machine }) {
  const own = took.leakscope
  const rows = tools
    .filter(({ name }) => took[name] !== undefined)
    .map(({ name }) => {
      const { wall, cpu, rss, runs, failure } = took[name]
      if (failure !== undefined) return [name, `failed: ${failure.replaceAll('|', '\\|')}`, '', '', '', '', '', '']
      const times = (of, mine) => (own?.wall === undefined ? '' : `${(of / mine).toFixed(2)} ×`)
      return [
        name,
        `${wall.toFixed(2)} s`,
        times(wall, own?.wall),
        `${cpu.toFixed(2)} s`,
        times(cpu, own?.cpu),
        `${(rss / 1e6).toFixed(0)} MB`,
        `${(rss / bytes).toFixed(2)} × the file`,
        String(runs),
      ]
    })
  const graph = own?.said === undefined ? '' : facts(JSON.parse(own.said))
  const absent = Object.entries(missing).map(([name, reason]) => `\n\nNot measured: ${name}. ${reason}`)
  return `### ${(bytes / 1e6).toFixed(0)} MB${graph}

${machine}; ${commit}, ${date}.

${markdown(['', 'clock', '', 'processor', '', 'peak RSS', '', 'runs'], rows)}${absent.join('')}`
}

const legend = () =>
  markdown(
    ['tool', 'what it does'],
    tools.map(({ name, does }) => [name, does]),
  )

const facts = ({ nodes, edges }) => `: ${nodes.toLocaleString('en-US')} nodes, ${edges.toLocaleString('en-US')} edges`

function stageTable({ tools: { leakscope } }) {
  if (leakscope?.said === undefined) return ''
  const { nodes, stages } = JSON.parse(leakscope.said)
  const all = Object.values(stages).reduce((sum, each) => sum + each, 0)
  const rows = [...Object.entries(stages), ['all', all]].map(([name, milliseconds]) => [
    name,
    `${milliseconds.toFixed(0)} ms`,
    `${((1e6 * milliseconds) / nodes).toFixed(0)} ns`,
    `${((100 * milliseconds) / all).toFixed(0)} %`,
  ])
  return markdown(["leakscope's stages", 'processor', 'a node', ''], rows)
}

const markdown = (titles, rows) =>
  [titles, titles.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
