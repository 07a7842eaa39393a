import { expect, test } from 'vitest'
import type { HeapAnalysis } from '../../../src/questions/ask/analysis.js'
import { precompute } from '../../../src/questions/ask/precompute.js'
import { analyses } from '../../../src/questions/index.js'
import { draw } from '../../draw.js'
import { valuesOf } from '../../heap/drawn-heap.js'

const { graph } = draw('root.app = App 8\nApp.session = Session 64')
const named = (name: string): HeapAnalysis => analyses.find(one => one.name === name) as HeapAnalysis

/** The progress before a question is answered, and how it ends if Ctrl-C comes at stage `until`. */
async function said(analysis: HeapAnalysis, words: Record<string, string>, until?: string): Promise<string[]> {
  const work = new AbortController()
  const stages: string[] = []
  const progress = (stage: string): void => {
    stages.push(stage)
    if (stage === until) work.abort(new Error('interrupted'))
  }
  await precompute(graph, analysis, valuesOf(analysis, words), undefined, { signal: work.signal, progress }).catch(
    error => stages.push(String(error)),
  )
  return stages
}

test('what a question needs is worked out fact by fact, and Ctrl-C ends it between two of them', async () => {
  expect(await said(named('dominators'), {})).toEqual([
    'pairing WeakMap entries',
    'finding retaining edges',
    'finding referrers',
    'finding dominators',
    'adding up sizes',
    'adding up retained sizes',
    'measuring distances',
    'dominators',
  ])
  expect((await said(named('find'), {}, 'finding dominators')).slice(-2)).toEqual([
    'finding dominators',
    'Error: interrupted',
  ])
})

test('a question that weighs nothing waits for nothing', async () => {
  expect(await said(named('count'), {})).toEqual(['count'])
  expect(await said(named('types'), {})).toEqual(['types'])
  expect(await said(named('types'), { sort: 'retained' })).toContain('adding up retained sizes')
})
