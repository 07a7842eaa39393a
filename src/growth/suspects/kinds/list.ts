import { expression, inFile, type Rule } from './rule.js'

/** Objects that hang one on the other: no container retains them all, the first retains the second, and so on. */
export const list: Rule = retaining => {
  const { steps, retainer, chained } = retaining
  const leaked = steps.at(-1)!
  // A string that is added to again and again is a tree of strings, and one variable.
  if (
    !chained ||
    leaked.type.endsWith('string)') ||
    steps.slice(retainer + 1).some(({ type }) => type === 'system / Context')
  )
    return undefined
  const head = steps[retainer + 1] ?? leaked
  const name = expression(steps, retainer) || head.edge.replace(/^->/, '') || steps[retainer]!.type
  return {
    kind: 'list',
    name,
    subject: `Linked list ${name} of ${leaked.type}${inFile(retaining)}`,
    hint: `Cut the list where its ${leaked.type} objects are no longer needed, or bound its length.`,
  }
}
