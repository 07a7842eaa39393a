import { LeakscopeError } from '../errors.js'
import type { ObjectId } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { type KnownIds, knownIds, type NewIds, newIds } from '../heap/known-ids.js'
import { plain } from '../render/plain-text.js'
import { checked } from './checked.js'
import { splitArguments, whenKnown, within } from './given.js'
import { first, type Limited, type Printing } from './limits.js'

const orders = { old: 'old', current: 'current', new: 'new', deltas: 'delta' } as const

/** Options of `getNewIds`. */
export interface NewIdsOptions extends Limited, Printing {
  /** Show the result of the previous call again, without a capture. */
  readonly skipUpdate?: boolean
  /** The column to sort by, largest first. */
  readonly sortby?: keyof typeof orders
  /**
   * Distinguish classes of the same name by their file (objgraph's `shortnames=False`). Defaults to that of the
   * previous call.
   */
  readonly qualified?: boolean
}

/** The result of a call of `getNewIds`, to be passed to the next. */
export interface IdState {
  /** By type, the ids of objects that are new since the previous call. */
  readonly ids: ReadonlyMap<string, ReadonlySet<ObjectId>>
  /** All rows of the table. */
  readonly types: readonly NewIds[]
  readonly known: KnownIds
  readonly qualified: boolean
}

/**
 * The objects that are new since the previous call, by type. Prints objgraph's table and returns the ids, which are
 * also the state to pass to the next call. In the first call, without state, everything is new. V8's ids are stable as
 * long as no inspector session of the process ends. Errors: UNSUPPORTED if one did.
 */
export function getNewIds(state?: IdState, options?: NewIdsOptions): Promise<IdState>
export function getNewIds(heap: Heap, state?: IdState, options?: NewIdsOptions): Promise<IdState>
export async function getNewIds(...given: readonly unknown[]): Promise<IdState> {
  const { heap, rest } = splitArguments<[IdState?, NewIdsOptions?]>(given)
  const [state] = rest
  if (state !== undefined && (typeof state !== 'object' || state === null || !('known' in state)))
    throw noState("getNewIds() takes the previous call's result as its first argument")
  const options = checked(rest[1], ['limit', 'skipUpdate', 'sortby', 'qualified', 'file'])
  if (options.sortby !== undefined && !Object.hasOwn(orders, options.sortby)) throw noOrder()
  const { qualified = state?.qualified ?? false, skipUpdate = false } = options
  if (skipUpdate && state === undefined) throw noState('there is no previous call for skipUpdate to show again')
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
    hint: "For example: { sortby: 'new' }.",
  })

const noState = (message: string): LeakscopeError =>
  new LeakscopeError('USAGE', message, {
    hint: 'For example: `let state = await getNewIds()`, then `state = await getNewIds(state, { limit: 5 })`.',
  })
