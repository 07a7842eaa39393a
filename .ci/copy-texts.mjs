// Copies the files of src that are read as text to dist: .js and .css files that run elsewhere (in a target, in a browser), and lists.
import { cpSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (/\.(js|cjs|css|txt)$/.test(name)) cpSync(join(root, 'src', name), join(root, 'dist', name))
}
