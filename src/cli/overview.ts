import type { Analysis } from '../questions/ask/analysis.js'
import { standard } from '../report/columns.js'
import type { Row, Section } from '../report/report.js'
import { namesHeap } from './positional.js'

/**
 * `leakscope 4121` and `leakscope heap.heapsnapshot` mean the overview: inserts its name if the first argument is not a
 * command but names a process or a file. Flags before the command are moved behind it, where commander accepts them.
 */
export function withCommand(
  words: readonly string[],
  isCommand: (word: string) => boolean,
  cwd: () => string,
): string[] {
  const first = words.findIndex(word => !ANYWHERE.has(word))
  const flags = words.slice(0, first < 0 ? words.length : first)
  const rest = first < 0 ? [] : words.slice(first)
  const [word] = rest
  if (word === undefined) return [...flags]
  const named = !isCommand(word) && !word.startsWith('-') && namesHeap(word, cwd())
  return [...(named ? ['overview'] : []), ...rest, ...flags]
}

// Every command has these; people also type them before it.
const ANYWHERE = new Set(['-q', '--quiet', '--no-color', '--json'])

/** The memory of a process according to the system, as a section; none if the process has ended. */
export async function memorySection({ name }: Analysis, pid: unknown): Promise<readonly Section[]> {
  if (name !== 'overview' || typeof pid !== 'number') return []
  const { processMemory } = await import('../live/memory.js')
  const memory = await processMemory(pid).catch(() => undefined)
  if (memory === undefined) return []
  const rows: Row[] = [
    ...(memory.uss === null ? [] : [{ measure: 'USS', bytes: memory.uss, what: 'private to the process' }]),
    ...(memory.pss === null
      ? []
      : [{ measure: 'PSS', bytes: memory.pss, what: 'including its share of shared pages' }]),
    { measure: 'RSS', bytes: memory.rss, what: 'all resident pages' },
  ]
  return [
    {
      shape: 'table',
      title: 'Memory of the process',
      columns: [{ key: 'measure', title: 'Measure', unit: 'text' }, standard.bytes, standard.what],
      rows,
    },
  ]
}
