import { readFileSync } from 'node:fs'

/** The name of a user in `/etc/passwd`; `undefined` when it has none. */
export function userName(uid: number): string | undefined {
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const fields = line.split(':')
      if (Number(fields[2]) === uid && fields.length > 2) return fields[0]
    }
  } catch {
    // No password file, as in some containers.
  }
  return undefined
}

/** `uid 1001 (deploy)` */
export function describeUser(uid: number): string {
  const name = userName(uid)
  return name === undefined ? `uid ${uid}` : `uid ${uid} (${name})`
}
