import { type AddressInfo, connect, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** A port that leads to another local one, like `ssh -L`: nothing shows whose process is behind it. Closed with the test. */
export async function tunnelTo(port: number): Promise<number> {
  const tunnel = createServer(near => {
    const far = connect(port, '127.0.0.1')
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  await new Promise<void>(resolve => tunnel.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void tunnel.close())
  return (tunnel.address() as AddressInfo).port
}
