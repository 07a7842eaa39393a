// Many small stores of numbers, one of each kind per connection, leaking and bounded. A unit of work adds a number to one of each kind.
const { runSteps } = require('../../../fixtures/step.cjs')

class Connection {
  constructor() {
    this.latencies = []
    this.sizes = []
    this.flags = []
    this.levels = []
    this.seenIds = new Set()
    this.countsById = new Map()
    this.slots = {}
    this.sparse = {}
    this.trace = new Float64Array(8)
  }
}

class Bounded {
  constructor(most) {
    this.most = most
    this.ring = []
    this.window = []
    this.batch = []
    this.halves = []
    this.openIds = new Set()
    this.recentById = new Map()
    this.places = {}
    this.spectrum = new Float64Array(8)
    this.next = 0
  }
}

const many = 40
const connections = Array.from({ length: many }, () => new Connection())
const bounded = Array.from({ length: many }, (_, at) => new Bounded(20 + at))

// A linear congruential generator, the same in every run.
let state = 1
function random(below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

const levels = ['info', 'warning', 'error']
const states = [true, false, null, undefined]

function leak(unit) {
  const one = connections[random(many)]
  one.latencies.push(unit + 0.25)
  one.sizes.push(unit)
  one.flags.push(states[unit % 4])
  one.levels.push(levels[unit % 3])
  one.seenIds.add(unit)
  one.countsById.set(unit, 1)
  one.slots[one.latencies.length] = unit
  one.sparse[1009 * unit] = unit
  const trace = new Float64Array(one.trace.length + 4)
  trace.set(one.trace)
  one.trace = trace
}

function turnOver(unit) {
  const one = bounded[random(many)]
  const { most, next } = one
  one.next++
  one.ring[next % 32] = unit + 0.25
  one.window.push(unit)
  if (one.window.length > most) one.window.shift()
  one.batch.push(unit)
  if (one.batch.length > most) one.batch = []
  one.halves.push(states[unit % 4])
  if (one.halves.length > most) one.halves.splice(0, most >> 1)
  one.openIds.add(next)
  one.openIds.delete(next - random(most))
  if (one.openIds.size > most) one.openIds.clear()
  one.recentById.set(next, unit)
  one.recentById.delete(next - most)
  one.places[next] = unit
  delete one.places[next - most]
  one.spectrum = new Float64Array(8 + random(most))
}

for (let unit = 0; unit < 100 * many; unit++) turnOver(unit)
runSteps(unit => {
  leak(unit)
  turnOver(unit)
})
