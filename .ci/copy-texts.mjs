// Copies the .js and .css files of src, which run elsewhere (in a target, in a browser) and are read as text, into dist as they are.
import { cpSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (/\.(js|cjs|css)$/.test(name)) cpSync(join(root, 'src', name), join(root, 'dist', name))
}
