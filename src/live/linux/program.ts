import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'

/**
 * Version of Node.js that a process runs (`v22.23.3`), read from its program without running it; `undefined` when the program is not
 * Node.js, whatever its name. Builds that carry another name or an application inside are recognised, as are those with Node.js in
 * a shared library. Reads up to the whole program once (tens of milliseconds), then remembers it.
 */
export function nodeVersionOf(pid: number): string | undefined {
  return versionIn(`/proc/${pid}/exe`) ?? versionInLibrary(pid)
}

const versions = new Map<string, string | undefined>()

function versionIn(path: string): string | undefined {
  try {
    const { dev, ino, mtimeMs } = statSync(path)
    const key = `${dev}:${ino}:${mtimeMs}`
    if (!versions.has(key)) {
      if (!mayRead()) return undefined
      versions.set(key, search(path))
    }
    return versions.get(key)
  } catch {
    return undefined
  }
}

// Distributions such as Debian build Node.js as a small program around libnode.so. Reached through the process's own root,
// because a container has its own files.
function versionInLibrary(pid: number): string | undefined {
  try {
    const library = /\s(\/\S*libnode\.so\S*)$/m.exec(readFileSync(`/proc/${pid}/maps`, 'utf8'))?.[1]
    return library === undefined ? undefined : versionIn(`/proc/${pid}/root${library}`)
  } catch {
    return undefined
  }
}

// The inspector's answer to /json/version is a literal in every Node.js binary: `node.js/` and the version.
const MARK = Buffer.from('node.js/v')
const CHUNK = 1 << 20

// Programs that embed Node.js are some hundreds of MB. What is longer may be a hole, and without an end.
const MOST_BYTES = 256 * 2 ** 20

// What is looked at in one go: the programs and libraries of a machine belong to anybody.
const SEARCHING_MS = 3000
const searched = { since: 0, ms: 0 }

// One after the other without a pause, they are not to take longer than that together.
function mayRead(): boolean {
  if (performance.now() - searched.since > 5000) searched.ms = 0
  return searched.ms < SEARCHING_MS
}

function search(path: string): string | undefined {
  const start = performance.now()
  searched.since = start
  try {
    return searchFile(path)
  } finally {
    searched.ms += performance.now() - start
  }
}

function searchFile(path: string): string | undefined {
  // A FIFO would be waited for, and to open a device may do something.
  if (!statSync(path).isFile()) return undefined
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(file).isFile()) return undefined
    let left = MOST_BYTES
    // Each read starts with the tail of the one before, so that a literal across the border is seen.
    const overlap = 64
    const buffer = Buffer.alloc(overlap + CHUNK)
    for (;;) {
      const bytes = readSync(file, buffer, overlap, CHUNK, null)
      left -= bytes
      if (bytes === 0 || left < 0) return undefined
      const seen = buffer.subarray(0, overlap + bytes)
      for (let at = seen.indexOf(MARK); at !== -1; at = seen.indexOf(MARK, at + 1)) {
        const version = /^node\.js\/(v\d+\.\d+\.\d+[-\w.]*)\0/.exec(seen.toString('latin1', at, at + overlap))
        if (version) return version[1]
      }
      seen.copy(buffer, 0, seen.length - overlap)
    }
  } finally {
    closeSync(file)
  }
}
