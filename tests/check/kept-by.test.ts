import { expect, test } from 'vitest'
import { allocationSites } from '../../src/check/allocated-at.js'
import { keptBy } from '../../src/check/kept-by.js'
import type { Suspect } from '../../src/growth/suspects/suspect.js'

const location = { file: 'orders.js', line: 6, column: 1 }
const suspect = (name: string, bytes: number): Suspect =>
  ({ holder: { type: 'Map', name, location }, leaked: { type: 'Order', bytes }, path: [] }) as unknown as Suspect
const sites = allocationSites([[{ bytes: 1000, stack: [{ function: 'placeOrder', location }] }]])

test("what gained most of a site's allocations is first, and what hardly gained is left out", () => {
  const [kept] = keptBy(sites, [suspect('recent', 20), suspect('orders', 500), suspect('audit', 900)])
  expect(kept!.by.map(({ holder }) => holder.name)).toEqual(['audit', 'orders'])
})

test('small gains are named if there are no others', () => {
  expect(keptBy(sites, [suspect('recent', 20)])[0]!.by.map(({ holder }) => holder.name)).toEqual(['recent'])
})
