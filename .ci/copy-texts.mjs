// Copies what of src is read as text into dist as it is: .js and .css files, which run elsewhere (in a target, in a browser), and lists.
import { cpSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (/\.(js|cjs|css|txt)$/.test(name)) cpSync(join(root, 'src', name), join(root, 'dist', name))
}
