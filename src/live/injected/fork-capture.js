// @ts-check
/// <reference path="./builtin.js" />

/**
 * Capture by fork, run by the target itself. The child only runs `write`: it lists the scripts in its own debugger
 * session (the heap walk for them takes half a second per GB), collects garbage, and has V8 write the snapshot. Modules
 * that the target may not have loaded are loaded in the child. The debugger's `require` exists only during the
 * evaluation.
 * @param {NodeJS.Require | undefined} debuggers
 */
function forkCapture(debuggers = typeof require === 'function' ? require : undefined) {
  /** @type {any} */
  let addon

  /** Returns its build id. @param {string} file */
  const open = file => {
    const loaded = { exports: {} }
    process.dlopen(loaded, file)
    addon = loaded.exports
    return addon.build()
  }

  /** @param {string | null} file @param {string} name @param {string} text */
  const load = (file, name, text) => {
    const fs = builtin('fs', debuggers)
    let maps = ''
    try {
      maps = fs.readFileSync('/proc/self/maps', 'latin1')
    } catch {}
    // The C library identifies a loaded file by its path, even when the file has been deleted.
    const loaded = new RegExp(`/.*/${name}\\w+/fork-capture[.]node(?= [(]deleted[)]$)`, 'm').exec(maps)
    if (loaded !== null) return open(loaded[0])
    // A new build at the same path would be mistaken for the loaded one.
    if (file !== null && !maps.includes(`${file} (deleted)`)) return open(file)
    const { join } = builtin('path', debuggers)
    let reason
    for (const folder of new Set([builtin('os', debuggers).tmpdir(), '/tmp', '/dev/shm'])) {
      let made
      try {
        made = fs.mkdtempSync(join(fs.realpathSync(folder), name))
        const path = join(made, 'fork-capture.node')
        fs.writeFileSync(path, builtin('buffer', debuggers).Buffer.from(text, 'base64'), { mode: 0o600 })
        return open(path)
      } catch (error) {
        reason ??= error
      } finally {
        if (made !== undefined) fs.rmSync(made, { recursive: true, force: true })
      }
    }
    throw reason
  }

  // V8 collects garbage for the profile, if allocations are being sampled.
  /** @param {import('node:inspector').Session} session */
  const profiled = session => {
    let living
    session.post('HeapProfiler.getSamplingProfile', (_, reply) => {
      if (reply === undefined) return
      const { heapUsed, external, arrayBuffers } = process.memoryUsage()
      living = { heapUsed, external, arrayBuffers, profile: reply.profile }
    })
    return living
  }

  const whatLived = () => {
    const allocator = addon.allocator()
    const session = new (builtin('inspector', debuggers).Session)()
    session.connect()
    return JSON.stringify({ allocator, living: profiled(session) })
  }

  const tellWhatIsKnown = () => {
    // Before garbage is collected: reports what the process holds now, not what it could be reduced to.
    const allocator = addon.allocator()
    const session = new (builtin('inspector', debuggers).Session)()
    /** @type {{ id: number, url: string, sourceMapURL: string }[]} */
    const scripts = []
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url, sourceMapURL = '' } }) => {
      scripts.push({ id: Number(scriptId), url, sourceMapURL })
    })
    session.connect()
    session.post('Debugger.enable')
    const living = profiled(session)
    session.disconnect()
    addon.tell(`${JSON.stringify({ scripts, living, allocator })}\n`)
  }

  /** @param {string} path */
  const write = path => {
    const { writeHeapSnapshot } = builtin('v8', debuggers)
    tellWhatIsKnown()
    writeHeapSnapshot(path)
  }

  const frozen =
    process.versions.electron !== undefined || process.execArgv.some(option => /^--freeze[-_]flags/.test(option))
  return {
    load,
    /** @param {number} seconds @param {number} bytes @param {boolean} living @param {string} [symbols] */
    walk(seconds, bytes, living, symbols) {
      // Objects of this heap, including functions, from which the walk starts.
      const seeds = [
        globalThis,
        process,
        Array,
        Map,
        Promise,
        Object.prototype,
        parseInt,
        Array.prototype.push,
        Map.prototype.get,
        load,
      ]
      const { node, v8 } = process.versions
      const about = { node: `v${node}`, v8, symbols, native: true }
      return addon.walk(seconds, bytes, !frozen, seeds, about, living ? whatLived : undefined)
    },
    /** @param {number} seconds @param {number} bytes @param {boolean} anyhow */
    fork: (seconds, bytes, anyhow) => addon.fork(seconds, bytes, anyhow, !frozen, write),
    /** @param {number} pid */
    over: pid => addon.over(pid),
  }
}
