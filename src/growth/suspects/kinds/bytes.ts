import { expression, inFile, type Rule } from './rule.js'

/** The bytes of one buffer, which gets longer: it is added to by a longer copy. */
export const bytes: Rule = retaining => {
  const { steps, retainer } = retaining
  if (retainer !== steps.length - 1 || steps[retainer]!.type !== 'system / JSArrayBufferData') return undefined
  const owner = steps.findLastIndex(({ edge }) => !/^\{(?:buffer|backing_store)\}$/.test(edge))
  const { type } = steps[owner]!
  const name = expression(steps, owner)
  return {
    kind: 'buffer',
    name: name || type,
    subject: `${[type, name].filter(Boolean).join(' ')}${inFile({ ...retaining, retainer: owner })}`,
    hint: 'Take out what was handled (a copy of the rest: subarray() keeps it all), or collect pieces in an array and join them once.',
  }
}
