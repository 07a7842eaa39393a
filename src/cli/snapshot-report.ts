import { readOrigin } from '../acquire/origin.js'
import type { Target } from '../live/attach/attach.js'
import type { Report } from '../report/report.js'
import { countsIn } from '../snapshot/counts.js'
import type { CaptureFacts } from './capture-facts.js'

/** The report of `snapshot`, for output in a format: the files, and their cost to the target. */
export function snapshotReport(captures: readonly CaptureFacts[], notes: readonly string[]): Report {
  return {
    title: 'Snapshots',
    sections: [
      {
        shape: 'table',
        title: '',
        columns: [
          { key: 'path', title: 'Path', unit: 'text' },
          { key: 'way', title: 'Method', unit: 'text' },
          { key: 'standstillMs', title: 'Pause, ms', unit: 'count' },
          { key: 'rssBefore', title: 'RSS before', unit: 'bytes' },
          { key: 'rssAfter', title: 'RSS after', unit: 'bytes' },
          { key: 'bytes', title: 'File', unit: 'bytes' },
        ],
        rows: captures.map(({ path, way, standstill, rssBefore, rssAfter, bytes }) => ({
          path,
          way,
          standstillMs: Math.ceil(standstill * 1000),
          rssBefore,
          rssAfter,
          bytes,
        })),
      },
    ],
    notes,
    findings: { captures },
  }
}

/** The facts in JSON output of a heap that was captured but not read. */
export function capturedHeapFacts(
  path: string,
  { bytes }: CaptureFacts,
  { pid, worker, nodeVersion }: Target,
): Record<string, unknown> {
  const thread = worker === undefined ? {} : { worker }
  const capturedAt = readOrigin(path)?.capturedAt ?? null
  return { path, pid, ...thread, nodeVersion, capturedAt, ...countsIn(path), bytes }
}
