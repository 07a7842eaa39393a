import { hasReferrer } from '../../../heap/references.js'
import { expression, inFile, type Rule } from './rule.js'

/** The bytes of one buffer or text that keeps growing by being replaced with a longer copy. */
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
      ? 'WebAssembly memory is freed only by its own functions: call close(), free() or delete() on each object it created. The memory itself never shrinks.'
      : 'Remove the handled part (copy the rest: subarray() keeps everything), or collect pieces in an array and join them once.',
  }
}

const text: Rule = retaining => {
  const { steps, retainer } = retaining
  const name = expression(steps, retainer)
  return {
    kind: 'object',
    name: name || 'text',
    subject: `${name === '' ? 'Text' : `Text ${name}`}${inFile(retaining)}`,
    hint: 'Write out the text, or keep only its end.',
  }
}

/** The owner of a WebAssembly.Memory's ArrayBuffer. */
const memory = /^(?:WebAssembly\.)?Memory$/
