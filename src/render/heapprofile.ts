import type { AllocationProfile } from '../report/profile.js'
import { wellFormed } from './plain-text.js'
import { type StackNode, stackTree } from './stack-tree.js'

/**
 * A `.heapprofile` for Chrome DevTools and VS Code, with source-mapped locations. Written without recursion:
 * JSON.stringify fails at a depth that stacks can have.
 */
export function heapProfile(profile: AllocationProfile): string {
  let id = 0
  const parts: string[] = ['{"head":']
  const pending: (StackNode | string)[] = [stackTree(profile)]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') {
      parts.push(next)
      continue
    }
    const { frame, self, children } = next
    const callFrame = {
      functionName: wellFormed(frame.function),
      scriptId: '0',
      url: wellFormed(frame.file),
      lineNumber: frame.line - 1,
      columnNumber: frame.column - 1,
    }
    const node = JSON.stringify({ callFrame, selfSize: Math.round(self), id: ++id })
    parts.push(`${node.slice(0, -1)},"children":[`)
    pending.push(']}')
    children.toReversed().forEach((child, at) => {
      if (at > 0) pending.push(',')
      pending.push(child)
    })
  }
  parts.push(',"samples":[]}\n')
  return parts.join('')
}
