import { LeakscopeError } from '../errors.js'

/** Whether a text matches. */
export type Match = (text: string) => boolean

/**
 * Parses the value of a `--filter`: contained text, case-insensitive, or a `/regex/`. Errors: USAGE, which names the
 * `flag`.
 */
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
