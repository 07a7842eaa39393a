import { scriptParsed } from '../protocol/remote-object.js'
import { cutText, integer, list, object, text } from '../protocol/schema.js'
import type { Target } from '../target.js'

/** Pauses the target's JavaScript, for commands that V8 runs only while no JavaScript runs. */
export interface Pause {
  /** Requests the pause, which takes effect at the next statement. */
  begin(): void
  /** The function in which it was paused, as `spin (loop.js:3)`; `undefined` if it was not paused. */
  where(): string | undefined
  /** Resumes the program. Does nothing without a requested pause. */
  end(): Promise<void>
}

export function pauseJavaScript(target: Target): Pause {
  let asked = false
  let place: string | undefined
  // From Node.js 22 on, frames have no script URL.
  const urls = new Map<string, string>()
  const offs = [
    target.on('Debugger.scriptParsed', scriptParsed, ({ scriptId, url }) => void urls.set(scriptId, url)),
    target.on('Debugger.paused', paused, ({ callFrames }) => {
      const frame = callFrames[0]
      if (frame === undefined) return
      const url = urls.get(frame.location.scriptId) ?? ''
      const file = url.slice(url.lastIndexOf('/') + 1) || 'a script without a name'
      place = `${frame.functionName || '(anonymous)'} (${file}:${frame.location.lineNumber + 1})`
    }),
  ]
  return {
    begin() {
      asked = true
      target.send('Debugger.enable').catch(() => {})
      target.send('Debugger.pause').catch(() => {})
    },
    where: () => place,
    async end() {
      for (const off of offs) off()
      // Disabling cancels a pending pause and resumes from an active one.
      if (asked) await target.send('Debugger.disable').catch(() => {})
    },
  }
}

const paused = object({
  callFrames: list(
    object({ functionName: cutText(200), location: object({ scriptId: text(20), lineNumber: integer(0) }) }),
    100_000,
  ),
})
