import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'

/**
 * Version of Node.js that a process runs (`v22.23.3`), read from its program without running it; `undefined` when the
 * program is not Node.js, whatever its name. Renamed builds, builds with an embedded application, and those with
 * Node.js in a shared library are recognised. Reads up to the whole program once (tens of milliseconds) and caches the
 * result.
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

// Distributions such as Debian build Node.js as a small program around libnode.so. It is opened through the process's
// own root, because a container has its own files.
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

// Programs that embed Node.js have some hundreds of MB. A larger file may be a huge sparse one.
const MOST_BYTES = 256 * 2 ** 20

// Time limit for a burst of searches: programs and libraries can belong to any user.
const SEARCHING_MS = 3000
const searched = { since: 0, ms: 0 }

// Searches without a pause between them share the time limit.
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
  // Opening a FIFO would block, and opening a device may have side effects.
  if (!statSync(path).isFile()) return undefined
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(file).isFile()) return undefined
    let left = MOST_BYTES
    // Each read repeats the tail of the previous one, so that a literal across the border is found.
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
