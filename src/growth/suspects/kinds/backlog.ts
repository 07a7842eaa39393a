import { expression, inFile, type Rule } from './rule.js'

/** What stands in the buffer of a stream: it is written to faster than it is read from. */
export const backlog: Rule = retaining => {
  const { steps, retainer } = retaining
  const state = steps.findIndex(
    ({ type }, at) => at <= retainer + 1 && (type === 'WritableState' || type === 'ReadableState'),
  )
  if (state < 1) return undefined
  const stream = steps[state - 1]!
  const named = expression(steps, state - 1)
  const of = /^(?:stdout|stderr)$/.test(named) && inFile(retaining) === '' ? `process.${named}` : named || stream.type
  const writes = steps[state]!.type === 'WritableState'
  const name = `${writes ? 'write' : 'read'} backlog of ${of}`
  return {
    kind: 'buffer',
    name,
    subject: `${name[0]!.toUpperCase()}${name.slice(1)}${of === stream.type ? '' : ` (${stream.type})`}${inFile(retaining)}`,
    detail: writes ? 'what reads it is too slow' : 'nobody reads it',
    hint: writes
      ? "Write less, or stop while write() gives false and go on at 'drain' (pipeline does); see to it that the other end reads."
      : 'Read it (resume, pipe, for await) or destroy it; push no more while push() gives false.',
  }
}
