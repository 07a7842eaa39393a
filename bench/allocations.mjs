/**
 * The cost of sampling allocations for a program that only allocates: the ratio of its work per second of processor time with and
 * without sampling, measured alternately in one process.
 *
 *   node bench/allocations.mjs                       nine pairs of rounds of 1 s: about half a minute
 *   node bench/allocations.mjs --interval 524288     bytes between two samples (default: 32768, leakscope's)
 *   node bench/allocations.mjs --rounds 21
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { attach } from '../dist/live/attach/attach.js'
import { dropSampling, startSampling } from '../dist/live/protocol/sampling.js'
import { median } from './measured.js'

const { values } = parseArgs({
  options: { interval: { type: 'string', default: '32768' }, rounds: { type: 'string', default: '9' } },
})

// Objects of several sizes, a few of which live a little longer; reports its work and processor time on request.
const PROGRAM = `
let done = 0
const kept = []
const work = () => {
  for (const end = performance.now() + 20; performance.now() < end; done++) {
    const order = { id: done, lines: Array.from({ length: 8 }, (_, at) => ({ at, text: 'line ' + at })), at: new Date() }
    kept[done % 5000] = order
  }
  setImmediate(work)
}
process.stdin.on('data', () => console.log(done, process.cpuUsage().user + process.cpuUsage().system))
work()`

const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['pipe', 'pipe', 'ignore'] })
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
const seen = async () => {
  child.stdin.write('\n')
  const [done, micros] = (await lines.next()).value.split(' ').map(Number)
  return { done, seconds: micros / 1e6 }
}
const rate = async () => {
  const before = await seen()
  await wait(1000)
  const after = await seen()
  return (after.done - before.done) / (after.seconds - before.seconds)
}

try {
  const target = await attach({ kind: 'pid', pid: child.pid })
  await rate()
  const ratios = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const without = await rate()
    await startSampling(target, Number(values.interval))
    const sampled = await rate()
    await dropSampling(target)
    ratios.push(sampled / without)
  }
  await target.detach()
  const [low, middle, high] = [Math.min(...ratios), median(ratios), Math.max(...ratios)].map(one => one.toFixed(3))
  console.log(
    `work per second of processor time with allocations sampled every ${values.interval} bytes: ${middle} × that without (${low} to ${high}, ${ratios.length} pairs, Node.js ${process.version})`,
  )
} finally {
  child.kill()
}
