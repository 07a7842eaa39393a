import { expression, inFile, type Rule } from './clue.js'

/** A promise that stays pending keeps everything that waits for it: `then`, `await`, and each Promise.race it takes part in. */
export const promise: Rule = clue => {
  const { steps, holder } = clue
  if (!/Promise$/.test(steps[holder]!.type)) return undefined
  const name = expression(steps, holder) || 'promise'
  return {
    kind: 'promise',
    name: `reactions of ${name}`,
    subject: `The pending promise ${name === 'promise' ? '' : name}${inFile(clue)}`.replace('  ', ' '),
    detail: 'each then, await or Promise.race on it waits there until it settles',
    hint: 'Settle the promise, or race against one made for the call (an AbortSignal per call) instead of one that lives on.',
  }
}
