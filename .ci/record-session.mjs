// Records docs/session.md in a terminal: the application of fixtures/fastify under load, and a leakscope session attached to it.
// node .ci/record-session.mjs   (Linux, with `script` of util-linux; takes half a minute; needs dist/)
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { wrapped } from './wrap-markdown.mjs'

const root = join(import.meta.dirname, '..')
const here = mkdtempSync(join(tmpdir(), 'leakscope-session-'))
const started = []
const start = (command, args, options = {}) => {
  const child = spawn(command, args, { cwd: here, stdio: ['pipe', 'pipe', 'inherit'], ...options })
  child.stdout.setEncoding('utf8')
  started.push(child)
  return child
}
/** The output of a program up to and including the match. */
const until = (child, pattern) =>
  new Promise((resolve, reject) => {
    let text = ''
    const read = part => {
      text += part
      const found = pattern.exec(stripVTControlCharacters(text))
      if (found === null) return
      child.stdout.off('data', read)
      resolve({ text: stripVTControlCharacters(text), found })
    }
    child.stdout.on('data', read)
    child.once('exit', () => reject(new Error(`ended before ${pattern}: ${text}`)))
  })

async function record() {
  const app = start(process.execPath, [join(root, 'fixtures/fastify/app.js')])
  const port = (await until(app, /listening (\d+)\s+ready/)).found[1]
  start(
    process.execPath,
    [
      join(root, 'fixtures/server/load.js'),
      `http://127.0.0.1:${port}/orders/{n}`,
      ...['--requests', '100000', '--for', '300s', '--rate', '100'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  // Wide enough for one line per row of an answer, and no wider than a page.
  const command = `stty cols 120; exec "${process.execPath}" "${join(root, 'bin/leakscope.js')}" attach ${app.pid}`
  const terminal = start('script', ['-qfec', command, '/dev/null'], {
    env: { ...process.env, NO_COLOR: '1', TERM: 'xterm' },
  })
  const prompt = /leakscope \d+ app\.js[^>\n]*> $/
  let shown = (await until(terminal, prompt)).found[0]
  const run = async (verb, seconds = 0) => {
    await new Promise(done => setTimeout(done, seconds * 1000))
    const asked = shown
    terminal.stdin.write(`${verb}\r`)
    const { text, found } = await until(terminal, prompt)
    shown = found[0]
    return `${asked}${verb}\n${answer(text, verb, found.index)}`
  }
  const parts = {
    mark: await run('mark', 2),
    growth: await run('growth --limit 6', 10),
    path: await run('path --type RouteStats --limit 1'),
    collections: await run('collections --kind map --limit 1'),
    backrefs: await run('backrefs --type RouteStats --limit 1 --max-depth 4 > held.svg'),
  }
  terminal.stdin.write('exit\r')
  return { ...parts, exit: `${shown}exit` }
}

// The terminal echoes the verb; progress is written over.
function answer(text, verb, end) {
  const lines = text.slice(0, end).replaceAll(/\r+\n/g, '\n').split('\n')
  const echoed = lines.findIndex(line => line.endsWith(verb))
  return lines
    .slice(echoed + 1)
    .flatMap(line => broken(line.split('\r').at(-1).replaceAll(root, '/app')))
    .join('\n')
    .trim()
}

function broken(line) {
  if (line.length <= 120) return [line]
  const at = line.lastIndexOf(' ', 120)
  return at <= 0 ? [line] : [line.slice(0, at), ...broken(line.slice(at + 1))]
}

const page = ({ mark, growth, path, collections, backrefs, exit }) => `# A leak found in a session

\`node .ci/record-session.mjs\` recorded this page from a terminal. The target is [fixtures/fastify](../fixtures/fastify/app.js), a running Fastify application under 100 requests per second. The output is unedited, except that the folder above \`fixtures\` is called \`/app\` and long lines are broken. There are ten seconds between \`mark\` and \`growth\`.

To repeat it, start in two terminals:

\`\`\`sh
sleep 1000 | PORT=8080 node fixtures/fastify/app.js
node fixtures/server/load.js 'http://127.0.0.1:8080/orders/{n}' --requests 100000 --for 300s --rate 100
\`\`\`

and in a third \`leakscope attach\`, which takes the only Node.js process it can attach to, or asks. Numbers, ids and sizes will differ.

## 1. What grows?

\`\`\`text
${mark}
${growth}
\`\`\`

\`mark\` and \`growth\` read the heap of a forked child; \`new\` then matches the objects of both heaps, and says so. One growing type is a class of the program: \`RouteStats\`.

## 2. What retains it?

\`\`\`text
${path}
\`\`\`

The first line is the retaining path in one expression: the module \`app.js\` has a variable \`app\`; its property \`slowest\` is a function that uses a variable \`routes\`; \`routes\` is a Map that has the object under the URL of one request. It is \`routes\` in \`metrics.js\`.

## 3. How much does it retain?

\`\`\`text
${collections}
\`\`\`

The Map has one entry for every order that was ever requested: the leak. The keys of \`routes\` are URLs, including the query, instead of the route (\`/orders/:id\`).

## 4. A picture to share

\`\`\`text
${backrefs}
${exit}
\`\`\`

Five verbs found the leak, and the program keeps running.
`

try {
  const text = wrapped(page(await record()))
  writeFileSync(join(root, 'docs/session.md'), text)
  process.stdout.write(text)
} finally {
  for (const child of started) {
    child.removeAllListeners('exit')
    child.kill()
  }
  rmSync(here, { recursive: true, force: true })
}
