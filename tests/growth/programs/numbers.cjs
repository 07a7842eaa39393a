// Stores that fill with numbers, leaking and bounded. A unit of work adds one number to each.
const { runSteps } = require('../../../fixtures/step.cjs')

const countsById = {}
const totalsById = {}
const namesById = new Map()
const seenIds = new Set()
const slots = []
const samples = []
const perJob = {}

const boundedCounts = {}
const boundedTotals = {}
const boundedNames = new Map()
const boundedIds = new Set()
const boundedSlots = []
const boundedSamples = []
const boundedJobs = {}
const filledCounts = {}
const filledSamples = []

const bound = 5000
const ring = new Float64Array(bound)
let next = 100_007

function add(unit) {
  const id = next
  next += 1009
  countsById[id] = (countsById[id] ?? 0) + 1
  totalsById[id] = 0.5 + unit
  namesById.set(id, unit)
  seenIds.add(id)
  slots[id] = unit
  samples.push(0.25 + unit)
  perJob[unit] = 1

  const place = unit % bound
  if (unit >= bound) {
    const old = ring[place]
    delete boundedCounts[old]
    delete boundedTotals[old]
    boundedNames.delete(old)
    boundedIds.delete(old)
    delete boundedSlots[old]
    boundedSamples.shift()
    delete boundedJobs[unit - bound]
  } else {
    filledCounts[id] = 1
    filledSamples.push(unit)
  }
  ring[place] = id
  boundedCounts[id] = 1
  boundedTotals[id] = 0.5 + unit
  boundedNames.set(id, unit)
  boundedIds.add(id)
  boundedSlots[id] = unit
  boundedSamples.push(0.25 + unit)
  boundedJobs[unit] = 1
}

for (let unit = 0; unit < bound; unit++) add(unit)
runSteps(unit => add(bound + unit))
