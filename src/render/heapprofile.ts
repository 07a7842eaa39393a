import type { AllocationProfile } from '../report/profile.js'
import { wellFormed } from './plain-text.js'
import { type StackNode, stackTree } from './stack-tree.js'

/** A `.heapprofile`, as Chrome DevTools and VS Code open it: places are those of the source as written. */
export function heapProfile(profile: AllocationProfile): string {
  let id = 0
  const shell = ({ frame, self }: StackNode): ProfileNode => ({
    callFrame: {
      functionName: wellFormed(frame.function),
      scriptId: '0',
      url: wellFormed(frame.file),
      lineNumber: frame.line - 1,
      columnNumber: frame.column - 1,
    },
    selfSize: Math.round(self),
    id: ++id,
    children: [],
  })
  const root = stackTree(profile)
  const head = shell(root)
  const pending = [{ from: root, into: head }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const child of next.from.children) {
      const into = shell(child)
      next.into.children.push(into)
      pending.push({ from: child, into })
    }
  }
  return textOf(head)
}

interface ProfileNode {
  readonly callFrame: object
  readonly selfSize: number
  readonly id: number
  readonly children: ProfileNode[]
}

/** As JSON, without recursion: JSON.stringify gives up at a depth that stacks can have. */
function textOf(head: ProfileNode): string {
  const parts: string[] = ['{"head":']
  const pending: (ProfileNode | string)[] = [head]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') {
      parts.push(next)
      continue
    }
    const { callFrame, selfSize, id, children } = next
    parts.push(`{"callFrame":${JSON.stringify(callFrame)},"selfSize":${selfSize},"id":${id},"children":[`)
    pending.push(']}')
    for (let at = children.length - 1; at >= 0; at--) {
      pending.push(children[at]!)
      if (at > 0) pending.push(',')
    }
  }
  parts.push(',"samples":[]}\n')
  return parts.join('')
}
