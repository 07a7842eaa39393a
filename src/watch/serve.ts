import { createServer } from 'node:http'
import { LeakscopeError } from '../errors.js'

/** Parses `127.0.0.1:9464`, `:9464` (loopback) or `[::1]:9464`. Errors: USAGE. */
export function parseListen(text: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-f:]+)\]|([\w.-]*)):(\d{1,5})$/i.exec(text)
  const port = Number(found?.[3])
  if (found === null || port > 65_535) {
    throw new LeakscopeError('USAGE', `--listen takes host:port, not ${text}`, {
      hint: 'For example: --listen 127.0.0.1:9464.',
    })
  }
  return { host: found[1] ?? (found[2] || '127.0.0.1'), port }
}

/** The content served, by path. */
export type Pages = Readonly<
  Record<string, () => { readonly type: string; readonly text: string; readonly status?: number }>
>

/** Serves pages until disposed; returns the address. Errors: USAGE if listening there fails. */
export async function serve(
  { host, port }: { host: string; port: number },
  pages: Pages,
): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const page = request.method === 'GET' && Object.hasOwn(pages, pathname) ? pages[pathname]!() : undefined
    response.writeHead(page === undefined ? 404 : (page.status ?? 200), { 'content-type': page?.type ?? 'text/plain' })
    response.end(page?.text ?? 'not found\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause =>
      reject(new LeakscopeError('USAGE', `cannot listen at ${host}:${port}: ${cause.message}`, { cause })),
    )
    server.listen(port, host, resolve)
  })
  const bound = server.address() as { address: string; port: number; family: string }
  return {
    address: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
