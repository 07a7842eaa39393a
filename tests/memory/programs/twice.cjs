// Reads the heap of a program that churns memory twice from memory, with V8's ids, to show what moved in between.
//
//     node --expose-gc twice.cjs <addon> <path without suffix>
const { writeHeapSnapshot } = require('node:v8')
const { walkWith } = require('./walk.cjs')

const [, , addon, path] = process.argv
const walk = walkWith(addon)

class Session {
  constructor(i) {
    this.user = `user-${i}`
    this.tags = ['a', { of: i }]
    this.seen = { at: i, by: null }
  }
}
class Job {
  constructor(i) {
    this.name = `job-${i % 50}`
    this.parts = [{ i }, { i }]
  }
}
const sessions = new Map()
const queue = []
let made = 0
globalThis.kept = { sessions, queue }

// Many short-lived objects, some long-lived ones, a list that shifts, and sometimes a full collection with compaction.
function churn(turns) {
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < 2000; i++) {
      queue.push(new Job(made++))
      if (queue.length > 3000) queue.shift()
    }
    for (let i = 0; i < 20; i++) sessions.set(made + i, new Session(made + i))
    if (sessions.size > 4000) sessions.delete(sessions.keys().next().value)
    JSON.parse(JSON.stringify(queue.slice(0, 500)))
    if (turn % 20 === 19) globalThis.gc()
  }
}

const run = async () => {
  for (let i = 0; i < 3000; i++) sessions.set(i, new Session(i))
  churn(5)
  // From here on V8 assigns ids, and keeps them when it moves objects.
  require('node:fs').unlinkSync(writeHeapSnapshot(`${path}.first`))
  await walk(`${path}.a.dump`)
  require('node:fs').unlinkSync(writeHeapSnapshot(`${path}.first`))
  await walk(`${path}.a.dump`)
  churn(30)
  require('node:fs').unlinkSync(writeHeapSnapshot(`${path}.first`))
  await walk(`${path}.b.dump`)
  process.exit(0)
}
run().catch(error => {
  console.error(error)
  process.exit(1)
})
