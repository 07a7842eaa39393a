import { hasReferrer } from '../../../heap/references.js'
import { expression, inFile, type Rule } from './rule.js'

/** The bytes of one buffer or text, which gets longer: it is added to by a longer copy. */
export const bytes: Rule = retaining => {
  const { steps, retainer } = retaining
  if (retainer !== steps.length - 1) return undefined
  if (steps[retainer]!.type.endsWith('string)')) return text(retaining)
  if (steps[retainer]!.type !== 'system / JSArrayBufferData') return undefined
  const owner = steps.findLastIndex(({ edge }) => !/^\{(?:buffer|backing_store)\}$/.test(edge))
  const isWasm = retaining.nodes.slice(owner).some(node => hasReferrer(retaining.heap.graph, node, memory))
  const type = isWasm ? 'WebAssembly memory' : steps[owner]!.type
  const name = expression(steps, owner)
  return {
    kind: 'buffer',
    name: name || type,
    subject: `${[type, name].filter(Boolean).join(' ')}${inFile({ ...retaining, retainer: owner })}`,
    hint: isWasm
      ? 'WebAssembly frees what it has allocated by its own functions: close(), free() or delete() each thing that was made of it. The memory itself never shrinks.'
      : 'Take out what was handled (a copy of the rest: subarray() keeps it all), or collect pieces in an array and join them once.',
  }
}

const text: Rule = retaining => {
  const { steps, retainer } = retaining
  const name = expression(steps, retainer)
  return {
    kind: 'object',
    name: name || 'text',
    subject: `${name === '' ? 'Text' : `Text ${name}`}${inFile(retaining)}`,
    hint: 'Write out what is done with, or keep only the end of it.',
  }
}

/** What has the ArrayBuffer of a WebAssembly.Memory. */
const memory = /^(?:WebAssembly\.)?Memory$/
