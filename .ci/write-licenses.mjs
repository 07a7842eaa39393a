// Writes the licences of what rolldown.config.js puts into the command line beside it, as they ask for.
import { readFileSync, writeFileSync } from 'node:fs'

const bundled = ['@modelcontextprotocol/server', '@modelcontextprotocol/core', 'zod']
const texts = bundled.map(name => {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'))
  const licence = ['LICENSE', 'LICENSE.md'].flatMap(file => {
    try {
      return [readFileSync(`node_modules/${name}/${file}`, 'utf8').trim()]
    } catch {
      return []
    }
  })[0]
  if (licence === undefined) throw new Error(`${name} has no licence to write down`)
  return `${name} ${version}\n\n${licence}\n`
})
writeFileSync('dist/cli/THIRD-PARTY-LICENSES.txt', texts.join(`\n${'-'.repeat(80)}\n\n`))
