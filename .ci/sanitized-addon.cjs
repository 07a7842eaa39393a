// For .ci/sanitize: loads the addon into this very process, forks it and has the child write a snapshot, then forks it and walks its heap.
// Fails where a child gives less than a whole one, as it does when a sanitizer ends it.
//
//   node .ci/sanitized-addon.cjs <addon>
'use strict'
const { constants, openSync } = require('node:fs')
const { Socket } = require('node:net')
const { setTimeout: wait } = require('node:timers/promises')
const { writeHeapSnapshot } = require('node:v8')

const loaded = { exports: {} }
process.dlopen(loaded, require('node:path').resolve(process.argv[2]))
const addon = loaded.exports

// Something to be found: objects of many kinds.
globalThis.kept = Array.from({ length: 20_000 }, (_, at) => ({ at, text: `text ${at}`, map: new Map([[at, { at }]]) }))

async function received({ pid, pipe }) {
  const fd = openSync(`/proc/${pid}/fd/${pipe}`, constants.O_RDONLY | constants.O_NONBLOCK)
  const parts = []
  for await (const part of new Socket({ fd, readable: true, writable: false })) parts.push(part)
  addon.over(pid)
  return Buffer.concat(parts)
}

async function main() {
  let forked
  // It waits for a moment when V8's threads have nothing to do.
  for (let tries = 0; forked === undefined; tries++) {
    forked = addon.fork(60, 0, tries > 100, true, path => writeHeapSnapshot(path))
    await wait(10)
  }
  const { nodes } = JSON.parse(String(await received(forked)))
  check('a snapshot', nodes.length > 100_000)

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
    main,
  ]
  const { node, v8 } = process.versions
  const walked = await received(addon.walk(60, 0, true, seeds, { node: `v${node}`, v8, native: true }, undefined))
  const head = walked.toString('latin1', 0, 500)
  // What it cannot walk it says in a line; a child that a sanitizer ended says nothing.
  check('a walk', /^LSHEAP/.test(head) && !head.includes('"fault":'))
}

function check(what, isSound) {
  console.log(`${process.version}: ${what} ${isSound ? 'is sound' : 'broke off'}`)
  if (!isSound) process.exitCode = 1
}

main()
