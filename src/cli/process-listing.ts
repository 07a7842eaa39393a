import type { NodeProcess } from '../live/processes.js'
import type { Report } from '../report/report.js'
import { leftOpenNote } from './left-open-note.js'

/** The report of `ps`. */
export function processListing(found: readonly NodeProcess[]): Report {
  return {
    title: 'Node.js processes',
    sections: [
      {
        shape: 'table',
        title: 'Node.js processes',
        wraps: true,
        columns: [
          { key: 'pid', title: 'PID', unit: 'text' },
          { key: 'user', title: 'User', unit: 'text', optional: true },
          { key: 'nodeVersion', title: 'Node.js', unit: 'text' },
          { key: 'rss', title: 'RSS', unit: 'bytes' },
          { key: 'threads', title: 'Threads', unit: 'count', optional: true },
          { key: 'workers', title: 'Cluster', unit: 'count', optional: true },
          { key: 'inspector', title: 'Inspector', unit: 'text' },
          { key: 'script', title: 'Script', unit: 'text' },
          { key: 'attach', title: 'Attach', unit: 'text' },
        ],
        rows: found.map(
          ({
            pid,
            user,
            nodeVersion,
            rss,
            threads,
            clusterWorkers,
            inspectorPort,
            inspectorLeft,
            script,
            obstacle,
          }) => ({
            pid,
            user,
            nodeVersion,
            rss,
            threads,
            workers: clusterWorkers || null,
            inspector:
              inspectorPort === null ? 'closed' : `port ${inspectorPort}${inspectorLeft ? ' (left open)' : ''}`,
            script,
            attach: obstacle === null ? 'yes' : `no: ${obstacle.message}`,
          }),
        ),
      },
    ],
    notes: notesOn(found),
  }
}

function notesOn(found: readonly NodeProcess[]): string[] {
  if (found.length === 0) return ['No Node.js process of yours runs here.']
  return found.filter(({ inspectorLeft }) => inspectorLeft).map(({ pid }) => leftOpenNote(pid))
}
