import { expect, test } from 'vitest'
import { retainingPathOf } from '../../../src/growth/suspects/retaining-path.js'
import { draw } from '../../draw.js'
import { drawn } from '../series.js'

test('what every timer has beside its callback is said by the variable it is in', () => {
  const drawing = `
    root.main = Module#main
    Module#main.filename = "/app/src/guard.js"
    Module#main.exports = Object#exports
    Object#exports.run = run() 64
    run(){context} = 'system / Context'#own
    'system / Context'#own->guard = Domain
    root.lists = Object#lists
    Object#lists[30000] = TimersList 72
    TimersList._idleNext = Timeout 64
    Timeout._idleNext = TimersList
    Timeout."<symbol refed>" = hidden:true
    Timeout._onTimeout = onTick() 64
    Timeout.domain = Domain
    Domain.members = Array
    Array[0] = Job`
  const { node } = draw(drawing)
  const { steps } = retainingPathOf(drawn(drawing, 'one'), [{ node: node('Array') }], {
    isChained: false,
    areAnchors: false,
    most: 1,
    retainers: 1,
    nodes: [node('Job')],
  })
  expect(steps.map(({ edge }) => edge)).toEqual(['', '.exports', '.run', '->guard', '.members'])
})
