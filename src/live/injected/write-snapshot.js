// @ts-check
/// <reference path="./builtin.js" />

/**
 * Opens a new file in the temporary folder.
 * @param {string} name
 */
function openFile(name) {
  const path = builtin('path').join(builtin('os').tmpdir(), name)
  try {
    return { path, fd: builtin('fs').openSync(path, 'wx', 0o600) }
  } catch (error) {
    return { path, why: String(error) }
  }
}

/**
 * Closes a file that `openFile` opened and, where a path is given, removes it.
 * @param {number} fd
 * @param {string} [path]
 */
function closeFile(fd, path) {
  builtin('fs').closeSync(fd)
  if (path !== undefined) removeFile(path)
}

/** @param {string} path */
function removeFile(path) {
  builtin('fs').rmSync(path, { force: true })
}

/**
 * Writes a snapshot and returns how long the program was stopped for it, in seconds.
 * @param {string} path
 * @param {string} name the last part of the path
 * @param {boolean} remove whether to remove the file afterwards: the reader already has it open
 */
function writeSnapshot(path, name, remove) {
  const now = () => Number(process.hrtime.bigint()) / 1e9
  const start = now()
  try {
    builtin('v8').writeHeapSnapshot(path)
    return { stood: now() - start }
  } catch (error) {
    // Node.js 18 to 26 do not close a file that they failed to write completely: it would occupy disk space until the
    // process ends.
    const { readdirSync, readlinkSync, closeSync } = builtin('fs')
    for (const fd of readdirSync('/proc/self/fd')) {
      try {
        if (readlinkSync(`/proc/self/fd/${fd}`).endsWith(`/${name}`)) closeSync(Number(fd))
      } catch {}
    }
    return { why: String(error) }
  } finally {
    if (remove) removeFile(path)
  }
}
