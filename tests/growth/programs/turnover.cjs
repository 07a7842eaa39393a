// Stores of a fixed number of entries of all sizes that come and go, and two that are never emptied.
const { runSteps } = require('../../../fixtures/step.cjs')

const seconds = n => Math.sin(n * 12.9898) * 43758.5453
const uniform = n => seconds(n) - Math.floor(seconds(n))
/** Mostly small, sometimes large, and the same in each run. */
const size = (n, mean) => Math.ceil(-mean * Math.log(1 - uniform(n)))

const bodies = new Map()
const images = new Map()
const answers = new Map()
const skus = []
let lines = []

class Entry {
  constructor(n) {
    this.what = `entry ${n}`
  }
}

class Device {
  constructor(n, seen) {
    this.name = `device ${n}`
    this.seen = `seen ${seen}`
  }
}

const tenants = Array.from({ length: 20 }, (_, n) => ({ name: `tenant ${n}`, log: [] }))
const devices = new Map()

function work(n) {
  bodies.set(n, `${n} `.repeat(size(n, 500)))
  bodies.delete(n - 400)
  images.set(n, Buffer.alloc(4096 + size(n + 0.3, 8000)))
  images.delete(n - 400)
  answers.set(n, { rows: Array.from({ length: size(n + 0.6, 40) }, (_, at) => ({ at, name: `row ${at} of ${n}` })) })
  answers.delete(n - 400)
  // From 9,999 to 10,000, V8 joins them from parts.
  for (let at = 0; at < 10; at++) skus[(10 * n + at) % 3000] = `user-${9000 + n}-${at}`
  lines.push(`line ${n} of the log`)
  if (n % 700 === 0) lines = []

  tenants[Math.min(19, Math.floor(-3 * Math.log(1 - uniform(n + 0.9))))].log.push(new Entry(n))
  if (n % 5 === 0) devices.set(n, new Device(n, n))
  // Each sends a heartbeat, and is then another object.
  for (const at of devices.keys()) if (at % 50 === n % 50) devices.set(at, new Device(at, n))
}

for (let n = -3000; n < 0; n++) work(n)
runSteps(work)
