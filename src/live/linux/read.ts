import { readFileSync } from 'node:fs'

/** What a file of the kernel's says; `undefined` where there is none, or it may not be read. */
export function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
