import { controlGroups } from '../linux/control-groups.js'

/** The use and limit of the fullest control group of a process. */
export interface Fill {
  readonly used: number
  readonly limit: number
  /** The folder of that group. */
  readonly group: string
}

/** The fullest control group of a process, by share; `undefined` if none has a limit. Takes about 0.2 ms. */
export function fillOf(pid: number): Fill | undefined {
  return controlGroups(pid)
    .flatMap(({ limit, used, folder }) => (limit === undefined ? [] : [{ used, limit, group: folder }]))
    .sort((a, b) => b.used / b.limit - a.used / a.limit)[0]
}
