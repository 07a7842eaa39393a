// @ts-check
/// <reference path="./builtin.js" />

/**
 * Capture by fork, of the target's own making. The child runs `write` only: its debugger lists the scripts, as walking through the heap
 * for them takes half a second a gigabyte, garbage is collected, and V8 writes the snapshot. What the target need not have loaded is
 * loaded there. The debugger's `require` is there for the moment of the evaluation only.
 * @param {NodeJS.Require | undefined} debuggers
 */
function forkCapture(debuggers = typeof require === 'function' ? require : undefined) {
  /** @type {any} */
  let addon

  /** Gives its build id. @param {string} file */
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
    // The C library knows a file that it has loaded by its path, though that is no more.
    const loaded = new RegExp(`/.*/${name}\\w+/fork-capture[.]node(?= [(]deleted[)]$)`, 'm').exec(maps)
    if (loaded !== null) return open(loaded[0])
    // So it would take an earlier build for one that has been put in its place since.
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

  /** @param {import('node:inspector').Session} session */
  const profiled = session => {
    // Where allocations are sampled: V8 collects garbage for it first.
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
    // Before garbage is collected: what the process keeps is what is asked, not what it could.
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
      // Objects of this heap from which the walk begins to look, functions among them.
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
