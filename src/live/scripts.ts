import type { Script } from '../sources/scripts.js'
import type { Target } from './target.js'

/** All scripts the target has loaded, for turning positions of a snapshot into places. About 100 ms; the program goes on. */
export async function scripts(target: Target): Promise<Script[]> {
  const found: Script[] = []
  const off = target.on<{ scriptId: string; url: string; sourceMapURL?: string }>('Debugger.scriptParsed', script => {
    found.push({ id: Number(script.scriptId), url: script.url, sourceMapURL: script.sourceMapURL ?? '' })
  })
  try {
    // Each script is told before the reply to this.
    await target.send('Debugger.enable')
    return found
  } finally {
    off()
    // Also where the reply came too late: a debugger left on slows the program down.
    await target.send('Debugger.disable').catch(() => {})
  }
}
