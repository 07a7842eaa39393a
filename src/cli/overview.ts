import type { Analysis } from '../questions/ask/analysis.js'
import { standard } from '../report/columns.js'
import type { Row, Section } from '../report/report.js'
import { namesHeap } from './positional.js'

/**
 * `leakscope 4121` and `leakscope heap.heapsnapshot` mean the overview: puts its name before a first word that is no command and names
 * a process or a file. Flags that stand before the command move behind it, where commander takes them.
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

// Every command has these; people type them before it, too.
const ANYWHERE = new Set(['-q', '--quiet', '--no-color', '--json'])

/** What the system says of the memory of a process, as a section; none where it has ended meanwhile. */
export async function memorySection({ name }: Analysis, pid: unknown): Promise<readonly Section[]> {
  if (name !== 'overview' || typeof pid !== 'number') return []
  const { processMemory } = await import('../live/memory.js')
  const memory = await processMemory(pid).catch(() => undefined)
  if (memory === undefined) return []
  const rows: Row[] = [
    ...(memory.uss === null ? [] : [{ measure: 'USS', bytes: memory.uss, what: 'private to the process' }]),
    ...(memory.pss === null ? [] : [{ measure: 'PSS', bytes: memory.pss, what: 'its share of shared pages included' }]),
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
