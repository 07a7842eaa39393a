// Wraps paragraphs and list items of Markdown files that have lines over 120 columns. Code, tables, headings and HTML are kept.
// node .ci/wrap-markdown.mjs [--check] [file…]   without files: all Markdown files of this repository
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { argv, exit, stderr } from 'node:process'
import { fileURLToPath } from 'node:url'

const WIDTH = 120
const item = /^(\s*)([-*+]|\d+[.)])(\s+)/
// Words that would start another kind of block at the beginning of a line.
const startsBlock = /^([-*+]|\d+[.)]|#{1,6}|>+|\|.*|={3,}|-{3,}|:?-+:?)$/

/** The same text, wrapped. */
export function wrapped(text) {
  const lines = text.split('\n')
  const out = []
  let at = 0
  if (lines[0] === '---') {
    do out.push(lines[at++])
    while (at < lines.length && lines[at] !== '---')
  }
  while (at < lines.length) {
    const fence = /^\s*(```+|~~~+)/.exec(lines[at])?.[1]
    if (fence !== undefined) {
      do out.push(lines[at++])
      while (at < lines.length && !lines[at].trimStart().startsWith(fence))
      if (at < lines.length) out.push(lines[at++])
      continue
    }
    if (!isProse(lines[at])) {
      out.push(lines[at++])
      continue
    }
    const block = [lines[at++]]
    while (at < lines.length && isProse(lines[at]) && !item.test(lines[at]) && quote(lines[at]) === quote(block[0])) {
      block.push(lines[at++])
    }
    out.push(...(needsWrapping(block) ? reflowed(block) : block))
  }
  return out.join('\n')
}

const isProse = line => line.trim() !== '' && !/^\s*(#{1,6}\s|\||<|```|~~~|\[[^\]]+\]:\s|={3,}$|-{3,}$)/.test(line)
const quote = line => /^\s*>\s?/.exec(line)?.[0].trim() ?? ''

// A line that ends in two spaces or a backslash has an intended line break.
const needsWrapping = block =>
  block.some(line => line.length > WIDTH) && !block.slice(0, -1).some(line => /( {2}|\\)$/.test(line))

function reflowed(block) {
  const quoted = /^\s*>\s?/.exec(block[0])?.[0] ?? ''
  const [first, ...rest] = block.map(line => (quoted === '' ? line : line.replace(/^\s*>\s?/, '')))
  const marker = item.exec(first)?.[0] ?? /^\s*/.exec(first)[0]
  const indent = quoted + ' '.repeat(marker.length)
  const words = tokens([first.slice(marker.length), ...rest.map(line => line.trim())].join(' '))
  const lines = [quoted + marker]
  let isEmpty = true
  for (const word of words) {
    const fits = lines.at(-1).length + (isEmpty ? 0 : 1) + word.length <= WIDTH
    if (isEmpty || fits || startsBlock.test(word)) lines.push(`${lines.pop()}${isEmpty ? '' : ' '}${word}`)
    else lines.push(indent + word)
    isEmpty = false
  }
  return lines
}

// A code span stays on one line.
const tokens = text => text.match(/(?:(`+)(?:(?!\1).)+\1|\S)+/g) ?? []

if (fileURLToPath(import.meta.url) === argv[1]) {
  const named = argv.slice(2).filter(arg => arg !== '--check')
  const files =
    named.length > 0
      ? named
      : execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], { encoding: 'utf8' }).trim().split('\n')
  const changed = files.filter(file => {
    const text = readFileSync(file, 'utf8')
    const next = wrapped(text)
    if (next !== text && !argv.includes('--check')) writeFileSync(file, next)
    return next !== text
  })
  if (changed.length > 0 && argv.includes('--check')) {
    stderr.write(`Lines longer than ${WIDTH} in ${changed.join(', ')}: run \`npm run format\`.\n`)
    exit(1)
  }
}
