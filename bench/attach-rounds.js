/**
 * Checks that many rounds of attaching and detaching leave nothing in a target.
 *
 *   node bench/attach-rounds.js [--rounds 1000] [--node <path of the Node.js to attach to>] [--port 9229]
 *
 * Prints the target's resources after the first rounds and after the last, after a garbage collection. Exits with 1 if descriptors,
 * threads, ports or listeners differ, or if its heap grew by more than 600 bytes per round (200 KB for few rounds).
 */
import { parseArgs } from 'node:util'
import { attach } from '../dist/index.js'
import { heldBy, startTarget } from './target.js'

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, node: { type: 'string' }, port: { type: 'string', default: '9229' } },
})
const rounds = Number(values.rounds ?? 1000)
// The first rounds allocate once what stays: compiled code, a thread, tables of the allocator.
const first = Math.min(100, Math.ceil(rounds / 4))

const target = await startTarget('measures.cjs', values.node, ['--expose-gc', `--inspect-port=${values.port}`])
const round = async () => {
  const attached = await attach({ kind: 'pid', pid: target.pid })
  await attached.send('Runtime.evaluate', { expression: '1' })
  await attached.detach()
}
const held = async () => ({ ...heldBy(target.pid), ...JSON.parse(await target.ask('measure')) })

const fresh = await held()
for (let done = 0; done < first; done++) await round()
const before = await held()
const began = performance.now()
for (let done = first; done < rounds; done++) await round()
const seconds = (performance.now() - began) / 1000
const after = await held()
await target.end()

const table = {}
for (const key of Object.keys(before)) {
  const shown = value => (Array.isArray(value) ? value.join(', ') || 'none' : value)
  table[key] = {
    before: shown(fresh[key]),
    [`after ${first}`]: shown(before[key]),
    [`after ${rounds}`]: shown(after[key]),
  }
}
console.table(table)
const grown = after.heapUsed - before.heapUsed
const most = Math.max(200_000, 600 * (rounds - first))
console.log(
  `${rounds} rounds, ${((seconds / (rounds - first)) * 1000).toFixed(0)} ms each; ` +
    `the heap grew by ${(grown / (rounds - first)).toFixed(1)} bytes per round, RSS by ${(after.rss - before.rss) / 1024} KB in total`,
)
const same = ['descriptors', 'threads', 'ports', 'listeners', 'resources'].every(
  key => JSON.stringify(before[key]) === JSON.stringify(after[key]),
)
process.exitCode = same && grown <= most ? 0 : 1
