import { scriptParsed } from '../protocol/remote-object.js'
import { cutText, integer, list, object, text } from '../protocol/schema.js'
import type { Target } from '../target.js'

/** A pause of the target's JavaScript, for what V8 does only while none runs. */
export interface Pause {
  /** Asks for the pause; it comes with the next statement. */
  begin(): void
  /** The function it was paused in, as `spin (loop.js:3)`; `undefined` when it was not. */
  where(): string | undefined
  /** Lets the program go on. Does nothing when no pause was asked for. */
  end(): Promise<void>
}

export function pauseJavaScript(target: Target): Pause {
  let asked = false
  let place: string | undefined
  // From Node.js 22 on a frame does not carry its script's URL any more.
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
      // Disabling takes back a pause that has not come yet and resumes from one that has.
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
