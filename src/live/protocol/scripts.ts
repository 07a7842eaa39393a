import type { Script } from '../../sources/scripts.js'
import type { Target } from '../target.js'

/**
 * All scripts the target has loaded, for turning positions of a snapshot into places. The program stands still for it, as V8 walks
 * through the heap: about 0.4 s a gigabyte.
 *
 * It also makes V8 note where the lines of each script end. Without that, that of Node.js 20 looks for the line of each function
 * from the start of its script, and is minutes over a snapshot of a program that has a large one (TypeScript: 9 MB).
 */
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
