import type { Script } from '../../sources/scripts.js'
import type { Target } from '../target.js'
import { scriptParsed } from './remote-object.js'
import { accept, digits } from './schema.js'

// Beyond that places are given as the heap itself has them.
const MOST_SCRIPTS = 1_000_000
const MOST_CHARACTERS = 256 * 2 ** 20

/**
 * All scripts the target has loaded, for turning positions of a snapshot into places. The program stands still for it, as V8 walks
 * through the heap: about 0.4 s a gigabyte.
 *
 * It also makes V8 note where the lines of each script end. Without that, that of Node.js 20 looks for the line of each function
 * from the start of its script, and is minutes over a snapshot of a program that has a large one (TypeScript: 9 MB).
 */
export async function scripts(target: Target): Promise<Script[]> {
  const found: Script[] = []
  let characters = 0
  const off = target.on('Debugger.scriptParsed', scriptParsed, ({ scriptId, url, sourceMapURL = '' }) => {
    characters += url.length + sourceMapURL.length
    if (found.length === MOST_SCRIPTS || characters > MOST_CHARACTERS) return
    found.push({ id: accept(digits(), scriptId, `Debugger.scriptParsed of ${target.name}`), url, sourceMapURL })
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
