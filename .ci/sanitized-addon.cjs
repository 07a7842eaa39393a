// For .ci/sanitize: loads the addon into this process, forks it to let the child write a snapshot, then forks it to walk its heap. Fails
// if a child's output is incomplete, as it is when a sanitizer ends it.
//
//   node .ci/sanitized-addon.cjs <addon>
'use strict'
const { constants, openSync, readFileSync } = require('node:fs')
const { Socket } = require('node:net')
const { join, resolve } = require('node:path')
const { setTimeout: wait } = require('node:timers/promises')

// The same code that is injected into targets.
const injected = ['builtin', 'fork-capture'].map(name =>
  readFileSync(join(__dirname, `../src/live/injected/${name}.js`), 'utf8'),
)
const capture = new Function('require', `${injected.join('\n')}\nreturn forkCapture(require)`)(require)
capture.load(resolve(process.argv[2]), 'leakscope', '')

// Objects of many kinds.
globalThis.kept = Array.from({ length: 20_000 }, (_, at) => ({ at, text: `text ${at}`, map: new Map([[at, { at }]]) }))

async function received({ pid, pipe }) {
  const fd = openSync(`/proc/${pid}/fd/${pipe}`, constants.O_RDONLY | constants.O_NONBLOCK)
  const parts = []
  for await (const part of new Socket({ fd, readable: true, writable: false })) parts.push(part)
  capture.over(pid)
  return Buffer.concat(parts)
}

async function main() {
  let forked
  // It waits for a moment when V8's threads have nothing to do.
  for (let tries = 0; forked === undefined; tries++) {
    forked = capture.fork(60, 0, tries > 100)
    await wait(10)
  }
  // The child writes one line of further facts before the snapshot.
  const written = String(await received(forked))
  const { nodes } = JSON.parse(written.slice(written.indexOf('\n') + 1))
  check('a snapshot', nodes.length > 100_000)

  // A fork while another thread is in the sanitizer's allocator may end the child without a report: then it forks again.
  let isWhole = false
  for (let tries = 0; tries < 10 && !isWhole; tries++) {
    await wait(50 * tries)
    isWhole = isWalk(await received(capture.walk(60, 0, false)))
  }
  check('a walk', isWhole)
}

/** Whether a walk is complete. A child that cannot walk writes the reason; one that a sanitizer ended writes nothing. */
function isWalk(said) {
  const head = said.toString('latin1', 0, 500)
  const isComplete = /^LSHEAP/.test(head) && !head.includes('"fault":')
  if (!isComplete) console.log(`  its child wrote: ${JSON.stringify(head)}`)
  return isComplete
}

function check(what, isSound) {
  console.log(`${process.version}: ${what} ${isSound ? 'is complete' : 'is incomplete'}`)
  if (!isSound) process.exitCode = 1
}

main()
