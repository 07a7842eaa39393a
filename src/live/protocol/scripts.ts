import type { Script } from '../../sources/scripts.js'
import type { Target } from '../target.js'
import { scriptParsed } from './remote-object.js'
import { accept, digits } from './schema.js'

// Beyond this limit, source positions are shown as the heap has them.
const MOST_SCRIPTS = 1_000_000
const MOST_CHARACTERS = 256 * 2 ** 20

/**
 * All scripts that the target has loaded, needed to turn positions in a snapshot into source locations. Stops the
 * program while V8 walks the heap: about 0.4 s per GB.
 *
 * It also makes V8 compute the line ends of each script. Otherwise V8 in Node.js 20 searches for each function's line
 * from the start of its script, and needs minutes for a snapshot of a program with a large script (TypeScript: 9 MB).
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
    // All scripts are announced before the reply to this command.
    await target.send('Debugger.enable')
    return found
  } finally {
    off()
    // Also after a timeout: an enabled debugger slows the program down.
    await target.send('Debugger.disable').catch(() => {})
  }
}
