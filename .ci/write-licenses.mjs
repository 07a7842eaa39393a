// Writes the licences of the packages that rolldown.config.js bundles beside the bundle, as the licences require.
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
  if (licence === undefined) throw new Error(`${name} has no licence file`)
  return `${name} ${version}\n\n${licence}\n`
})
writeFileSync('dist/cli/THIRD-PARTY-LICENSES.txt', texts.join(`\n${'-'.repeat(80)}\n\n`))
