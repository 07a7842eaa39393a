import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { fixture } from '../../fixtures/program.js'
import { freePort } from '../../support/receiver.js'

/** A service that is deployed repeatedly at the same path and port, while users log in. */
export interface Shop {
  readonly pid: number
  /** The page that its users request. */
  readonly url: string
  /** Ends the running process and starts another one with this store: `store.js` leaks sessions, `store-clean.js` keeps 200. */
  deploy(store: string): Promise<void>
}

/** The shop of fixtures/server in a folder of the running test. */
export async function shopIn(folder: string): Promise<Shop> {
  const home = join(folder, 'shop')
  for (const part of ['server', 'step.cjs', 'collect.cjs']) {
    cpSync(fixture(part), join(home, part), { recursive: true })
  }
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/login?user=user-{n}`
  const requests = (...options: readonly string[]): readonly string[] => [fixture('server/load.js'), url, ...options]
  let running: { shop: ChildProcess; users: ChildProcess } | undefined

  const end = async (): Promise<void> => {
    for (const child of running === undefined ? [] : [running.users, running.shop]) {
      const ended = once(child, 'exit')
      if (child.kill('SIGKILL')) await ended
    }
    running = undefined
  }
  onTestFinished(end)

  return {
    url,
    get pid() {
      return running!.shop.pid!
    },
    async deploy(store) {
      await end()
      cpSync(fixture(`server/${store}`), join(home, 'server', 'store.js'))
      const shop = spawn(process.execPath, [join(home, 'server', 'server.js')], {
        env: { ...process.env, PORT: String(port) },
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      for await (const line of createInterface({ input: shop.stdout })) if (line === 'ready') break
      // The clean store is full before the checks start.
      await promisify(execFile)(process.execPath, [...requests('--requests=250')])
      const users = spawn(process.execPath, [...requests('--requests=1000000', '--for=10m', '--rate=20')])
      running = { shop, users }
    },
  }
}
