import { LeakscopeError } from '../errors.js'

/** Whether a text is wanted. */
export type Match = (text: string) => boolean

/** The value of a `--filter`: text that is contained, whatever the case, or a `/regex/`. Errors: USAGE, which names the `flag`. */
export function matching(flag: string, text: string): Match {
  const regex = /^\/(.+)\/([a-z]*)$/s.exec(text)
  if (regex === null) {
    const wanted = text.toLowerCase()
    return candidate => candidate.toLowerCase().includes(wanted)
  }
  try {
    const compiled = new RegExp(regex[1]!, regex[2]!.replaceAll(/[gy]/g, ''))
    return candidate => compiled.test(candidate)
  } catch (cause) {
    throw new LeakscopeError('USAGE', `${flag} ${text} is not a regular expression`, {
      hint: `For example: ${flag} '/^Session$/'.`,
      cause,
    })
  }
}
