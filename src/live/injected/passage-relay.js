// @ts-check
// A separate program, started in a container's network namespace: it relays connections that arrive at
// sockets in a private folder.
const { mkdtempSync, rmSync } = require('node:fs')
const { connect, createServer } = require('node:net')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const folder = mkdtempSync(join(tmpdir(), 'leakscope-passage-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('disconnect', () => process.exit())
const tell = /** @type {(message: object) => void} */ (message => process.send?.(message))

let sockets = 0
process.on('message', message => {
  const { to, host, port } = /** @type {{ to: string, host: string, port: number }} */ (message)
  const path = join(folder, String(sockets++))
  const server = createServer({ allowHalfOpen: true }, near => {
    const far = connect({ host, port, allowHalfOpen: true })
    for (const [from, into] of /** @type {const} */ ([
      [near, far],
      [far, near],
    ])) {
      from.pipe(into)
      from.on('error', () => into.destroy())
      from.on('close', () => into.destroySoon())
    }
  })
  server.listen(path, () => tell({ to, path }))
})
tell({})
