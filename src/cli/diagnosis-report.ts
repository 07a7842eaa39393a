import { inChild, type Range } from '../live/capture/estimate.js'
import type { Diagnosis, MethodProspect } from '../live/doctor/diagnose.js'
import { standard } from '../report/columns.js'
import type { Report, Row, Table } from '../report/report.js'
import { sized } from '../units.js'

/** The report of `doctor`: the verdict, the capture methods, the available memory and disk, and what was checked. */
export function diagnosisReport(diagnosis: Diagnosis): Report {
  const { verdict, chosen, heap, workers, nodeVersion } = diagnosis
  return {
    title: 'Doctor',
    headline: headline(diagnosis),
    // The cost of a capture is meaningless for a process that is not Node.js.
    sections: nodeVersion === null ? [looked(diagnosis)] : [ways(diagnosis), room(diagnosis), looked(diagnosis)],
    notes: notes(diagnosis),
    findings: {
      verdict,
      capture: chosen.way,
      heap,
      rss: diagnosis.rss,
      freeMemory: diagnosis.room.memory ?? null,
      ownGroup: diagnosis.room.ownGroup ?? null,
      freeDisk: diagnosis.room.disk ?? null,
      ways: diagnosis.ways.map(({ way, cost, assessment, obstacle = null }) => ({
        way,
        obstacle,
        ...assessment,
        ...cost,
      })),
      workers: workers ?? null,
    },
  }
}

function headline({ verdict, chosen, obstacle, doubt, checks, pid, heap }: Diagnosis): string {
  const name = pid === null ? 'the process' : `process ${pid}`
  const kept = obstacle?.message ?? checks.find(({ state }) => state === 'obstacle')
  if (kept !== undefined) {
    return `refused: ${typeof kept === 'string' ? kept : `${name} cannot be attached to (${kept.what}: ${kept.found})`}`
  }
  const { standstill, targetMemory, childMemory } = chosen.cost
  const most = heap.known === 'exactly' ? '' : ' or less'
  const where = chosen.assessment.copyMoves ? " in leakscope's own control group" : ''
  // The pause of a fork depends on the RSS, which is known.
  const [memory, still] = inChild(chosen.way)
    ? [`a forked child needs about ${sized(childMemory.likely)}${most} meanwhile${where}`, '']
    : [`it needs about ${sized(targetMemory.likely)}${most} more memory`, most]
  const cost = `captured by ${named(chosen)}, ${name} pauses for about ${seconds(standstill.likely)}${still}, and ${memory}`
  const reason = doubt === undefined ? chosen.assessment.reasons[0]?.message : `it was ${doubt}`
  return reason === undefined ? `${verdict}: ${cost}` : `${verdict}: ${reason} (${cost})`
}

const named = ({ way }: MethodProspect): string => NAMES[way]
const NAMES = { memory: 'reading its memory in a fork', fork: 'fork', inspector: 'its inspector', file: 'file' }

function ways({ ways, chosen }: Diagnosis): Table {
  return {
    shape: 'table',
    title: 'Capture methods',
    wraps: true,
    columns: [
      { key: 'way', title: 'Method', unit: 'text' },
      { key: 'verdict', title: 'Verdict', unit: 'text' },
      { key: 'standstill', title: 'Pause (at worst)', unit: 'text' },
      { key: 'target', title: 'In the process (at worst)', unit: 'text' },
      { key: 'copy', title: 'In the child (at worst)', unit: 'text' },
      { key: 'disk', title: 'On the disk', unit: 'text' },
      { key: 'why', title: 'Why', unit: 'text' },
    ],
    rows: ways.map(prospect => ({
      way: prospect === chosen ? `${prospect.way} (auto)` : prospect.way,
      verdict: prospect.obstacle === undefined ? prospect.assessment.verdict : 'not possible',
      standstill: range(prospect.cost.standstill, seconds),
      target: range(prospect.cost.targetMemory, sized),
      copy: range(prospect.cost.childMemory, sized),
      disk: range(prospect.cost.fileSize, sized),
      why: prospect.obstacle ?? prospect.assessment.reasons.map(({ message }) => message).join('; '),
    })),
  }
}

function room({ machine, groups, room }: Diagnosis): Table {
  const { ownGroup } = room
  const rows: Row[] = [
    ...(machine === undefined ? [] : [{ what: 'memory of the machine', free: machine.available, limit: null }]),
    ...(machine === undefined || machine.swap === 0 ? [] : [{ what: 'swap', free: machine.swap, limit: null }]),
    ...groups.map(({ folder, limit, used, endsAll, hangsAll }) => ({
      what: `control group ${folder}${endsAll ? ', killed as a whole' : hangsAll ? ', hangs when it is full' : ''}`,
      free: Math.max(0, limit! - used),
      limit: limit!,
    })),
    // Our own group matters only if the process is limited by its group.
    ...(ownGroup === undefined || room.memory?.bound !== 'cgroup'
      ? []
      : [
          {
            what: `leakscope's own control group ${ownGroup.folder}, where the child can be put`,
            free: ownGroup.memory.bytes,
            limit: ownGroup.memory.limit ?? null,
          },
        ]),
    ...(room.disk === undefined ? [] : [{ what: 'disk for the snapshot', free: room.disk, limit: null }]),
  ]
  return {
    shape: 'table',
    title: 'Room',
    wraps: true,
    columns: [
      standard.what,
      { key: 'free', title: 'Free', unit: 'bytes' },
      { key: 'limit', title: 'Limit', unit: 'bytes' },
    ],
    rows,
  }
}

function looked({ checks, heap, rss, workers, nodeVersion }: Diagnosis): Table {
  const rows: Row[] = checks.map(({ what, state, found }) => ({ what, state, found }))
  if (nodeVersion !== null) {
    const found = `${heap.known === 'exactly' ? '' : 'at most '}${sized(heap.bytes)}`
    rows.push({ what: 'V8 heap', state: 'ok', found })
  }
  rows.push({ what: 'RSS', state: 'ok', found: sized(rss) })
  if (workers !== undefined) {
    const found = workers.map(({ id, name }) => (name === null ? `${id}` : `${id} (${name})`)).join(', ')
    rows.push({ what: 'worker threads', state: 'ok', found: found || 'none' })
  }
  return {
    shape: 'table',
    title: 'Looked at',
    wraps: true,
    columns: [
      standard.what,
      { key: 'state', title: 'State', unit: 'text' },
      { key: 'found', title: 'Found', unit: 'text' },
    ],
    rows,
  }
}

function notes({ heap, verdict, obstacle, chosen, ways }: Diagnosis): string[] {
  const notes: string[] = []
  if (obstacle?.hint !== undefined) notes.push(obstacle.hint)
  const because = ways.find(({ way }) => way === 'fork')!
  if (!inChild(chosen.way) && obstacle === undefined) {
    notes.push(`Not by fork: ${because.obstacle ?? because.assessment.reasons[0]?.message}.`)
  }
  if (heap.known === 'at most' && verdict !== 'refused') {
    const maybe = verdict === 'safe' ? '' : ' It may be smaller, and a capture safer, than this.'
    notes.push(
      `Seen from outside: the heap is at most ${sized(heap.bytes)}, the pages that V8 has.${maybe} --attach reads its size through the inspector, which is closed again.`,
    )
  }
  return notes
}

const range = ({ likely, worst }: Range, shown: (value: number) => string): string =>
  worst === 0 ? '–' : `${shown(likely)} (${shown(worst)})`

function seconds(value: number): string {
  if (value < 0.95) return `${Math.ceil(value * 1000)} ms`
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`
}
