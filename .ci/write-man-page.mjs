// Writes man/leakscope.1 from the commands as built by tsc; runs before they are bundled.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { manPage } from '../dist/cli/man-page.js'
import { program } from '../dist/cli/program.js'
import { version } from '../dist/cli/version.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const io = { ...process, cwd: root, signal: new AbortController().signal }
mkdirSync(`${root}man`, { recursive: true })
writeFileSync(`${root}man/leakscope.1`, manPage(await program(undefined, io, undefined, { exitCode: 0 }), version()))
