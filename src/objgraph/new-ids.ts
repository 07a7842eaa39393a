import { LeakscopeError } from '../errors.js'
import type { ObjectId } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { type KnownIds, knownIds, type NewIds, newIds } from '../heap/known-ids.js'
import { plain } from '../render/plain-text.js'
import { checked } from './checked.js'
import { whenKnown, within, words } from './given.js'
import { first, type Limited, type Printing } from './limits.js'

const orders = { old: 'old', current: 'current', new: 'new', deltas: 'delta' } as const

/** How new objects are told. */
export interface NewIdsOptions extends Limited, Printing {
  /** Show once more what the call before found: nothing is captured. */
  readonly skipUpdate?: boolean
  /** What comes first. */
  readonly sortby?: keyof typeof orders
  /** Tell classes of one name apart by their file (objgraph's `shortnames=False`). As in the call before unless it is said. */
  readonly qualified?: boolean
}

/** What a call of `getNewIds` found, to be given to the next. */
export interface IdState {
  /** By type, the ids of objects that are new since the call before. */
  readonly ids: ReadonlyMap<string, ReadonlySet<ObjectId>>
  /** The rows of the table, all of them. */
  readonly types: readonly NewIds[]
  readonly known: KnownIds
  readonly qualified: boolean
}

/**
 * Which objects are new since the call before, by type: prints objgraph's table, and gives the ids and the state to give the next
 * call. The first call has no state, and everything is new to it. Ids are V8's, which hold as long as no inspector session of the
 * process ends. Errors: UNSUPPORTED where one did.
 */
export function getNewIds(state?: IdState, options?: NewIdsOptions): Promise<IdState>
export function getNewIds(heap: Heap, state?: IdState, options?: NewIdsOptions): Promise<IdState>
export async function getNewIds(...given: readonly unknown[]): Promise<IdState> {
  const { heap, rest } = words<[IdState?, NewIdsOptions?]>(given)
  const [state] = rest
  if (state !== undefined && (typeof state !== 'object' || state === null || !('known' in state)))
    throw noState('the first word of getNewIds is what the call before gave')
  const options = checked(rest[1], ['limit', 'skipUpdate', 'sortby', 'qualified', 'file'])
  if (options.sortby !== undefined && !Object.hasOwn(orders, options.sortby)) throw noOrder()
  const { qualified = state?.qualified ?? false, skipUpdate = false } = options
  if (skipUpdate && state === undefined) throw noState('there is no call before, which skipUpdate would show again')
  const next = skipUpdate
    ? state!
    : await whenKnown(within(heap, undefined), ({ heap }) => compared(state, heap, qualified))
  print(next.types, options)
  return next
}

function compared(state: IdState | undefined, heap: Heap, qualified: boolean): IdState {
  const known = knownIds(heap, qualified)
  const before = state?.known ?? { ids: new Uint32Array(), counts: new Map(), session: known.session }
  const types = newIds(before, heap, qualified).filter(({ old, current }) => old > 0 || current > 0)
  return { ids: new Map(types.map(({ type, ids }) => [type, new Set(ids)])), types, known, qualified }
}

function print(all: readonly NewIds[], { sortby = 'deltas', file = process.stdout, ...options }: NewIdsOptions): void {
  const key = orders[sortby]
  const rows = first(
    [...all].sort((a, b) => b[key] - a[key]),
    options,
  )
  if (rows.length === 0) return
  const width = Math.max(...rows.map(({ type }) => plain(type).length))
  const line = (type: string, ...cells: string[]): string =>
    `${type.padEnd(width)}${cells.map(cell => cell.padStart(13)).join('')}\n`
  const rule = `${'='.repeat(width + 4 * 13)}\n`
  file.write(rule + line('Type', 'Old_ids', 'Current_ids', 'New_ids', 'Count_Deltas') + rule)
  for (const row of rows) {
    file.write(line(plain(row.type), String(row.old), String(row.current), signed(row.new), signed(row.delta)))
  }
  file.write(rule)
}

const signed = (change: number): string => (change < 0 ? String(change) : `+${change}`)

const noOrder = (): LeakscopeError =>
  new LeakscopeError('USAGE', `sortby takes ${Object.keys(orders).join(', ')}`, {
    hint: "Say, for instance, { sortby: 'new' }.",
  })

const noState = (message: string): LeakscopeError =>
  new LeakscopeError('USAGE', message, {
    hint: 'Say, for instance, `let state = await getNewIds()`, then `state = await getNewIds(state, { limit: 5 })`.',
  })
