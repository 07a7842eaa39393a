import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isOurs } from '../../private-file.js'
import { processFacts } from '../linux/facts.js'
import { bootName } from '../linux/pid-namespaces.js'

/** Name for a file that is being written, by which can be told later whether the leakscope that wrote it still lives. */
export function partialName(name: string): string {
  return `.${name}.${writer()}.partial`
}

/**
 * Removes what leakscopes that were killed in the middle of a capture left in a folder. Only files of this machine's present start and
 * of our pid namespace, whose writer is certainly no more: others may use the same folder over a network or from a container.
 */
export function sweepPartials(folder: string): void {
  if (process.platform !== 'linux') return
  for (const name of names(folder)) {
    const [, pid, startTicks, place] = /^\..+\.(\d+)-(\d+)-([\da-f]{12})\.partial$/.exec(name) ?? []
    if (place !== here() || processFacts(Number(pid))?.startTicks === Number(startTicks)) continue
    const path = join(folder, name)
    try {
      const found = lstatSync(path)
      if (found.isFile() && isOurs(found)) rmSync(path)
    } catch {
      // Gone meanwhile, or not ours to remove.
    }
  }
}

// Elsewhere than on Linux the name only keeps two leakscopes apart.
function writer(): string {
  if (process.platform !== 'linux') return String(process.pid)
  return `${process.pid}-${processFacts(process.pid)?.startTicks}-${here()}`
}

const here = (): string => createHash('sha256').update(bootName()).digest('hex').slice(0, 12)

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
