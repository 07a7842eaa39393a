import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isOurs } from '../../private-file.js'
import { processFacts } from '../linux/facts.js'
import { bootName } from '../linux/pid-namespaces.js'

/** The name of a file while it is written, which shows whether its leakscope still runs. */
export function partialName(name: string): string {
  return `.${name}.${writer()}.partial`
}

/**
 * Removes partial files that killed leakscopes left in a folder. Only files of this boot and of our pid namespace whose
 * writer certainly no longer runs, since others may share the folder over a network or from a container.
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
      // Already gone, or no permission to remove it.
    }
  }
}

// On other systems than Linux, the name only needs to be unique.
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
