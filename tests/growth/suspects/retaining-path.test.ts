import { expect, test } from 'vitest'
import { retainingPathOf } from '../../../src/growth/suspects/retaining-path.js'
import { draw } from '../../draw.js'
import { drawn } from '../series.js'

/** The path to a retainer of that many leaked objects, edge by edge. */
function edgesTo(
  drawing: string,
  retainer: string,
  type: string,
  { most, retainers, leaked } = { most: 1, retainers: 1, leaked: 1 },
): string[] {
  const { node } = draw(drawing)
  const nodes = Array.from({ length: leaked }, () => node(type))
  const shape = { isChained: false, areAnchors: false, most, retainers, nodes }
  return retainingPathOf(drawn(drawing, 'one'), [{ node: node(retainer) }], shape).steps.map(({ edge }) => edge)
}

test('what every timer has beside its callback is named by its variable', () => {
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
  expect(edgesTo(drawing, 'Array', 'Job')).toEqual(['', '.exports', '.run', '->guard', '.members'])
})

test.each([
  [6, ['', '.exports', '.tenants', '[…]', '[…]']],
  [2, ['', '.exports', '.tenants', '["tenant 0"]', '[…]']],
])('of %i retainers an entry is chance at each level that has too few of them', (retainers, expected) => {
  const drawing = `
    root.main = Module#main
    Module#main.filename = "/app/src/hub.js"
    Module#main.exports = Object#exports
    Object#exports.tenants = Object#tenants
    Object#tenants."tenant 0" = Object#t0
    Object#tenants."tenant 1" = Object#t1
    Object#tenants."tenant 2" = Object#t2
    Object#t0."topic a" = Set#a
    Object#t0."topic b" = Set#b
    Set#a{table} = array:table
    array:table{1} = Subscriber`
  expect(edgesTo(drawing, 'Set#a', 'Subscriber', { most: 10, retainers, leaked: 60 })).toEqual(expected)
})

test('an object that its own timer leads to is named by its variable', () => {
  const timer = (name: string): string => `
    root.lists = Object#lists
    Object#lists."ms of ${name}" = TimersList#${name} 72
    TimersList#${name}._idleNext = Timeout#${name} 64
    Timeout#${name}._idleNext = TimersList#${name}
    Timeout#${name}."<symbol refed>" = hidden:true
    Timeout#${name}._onTimeout = tick()#${name} 64
    tick()#${name}{context} = 'system / Context'#${name}`
  const drawing = `${timer('own')}
    'system / Context'#own->this = Batcher
    ${timer('main')}
    'system / Context'#main->batchers = Object#batchers
    Object#batchers."eu-west" = Batcher
    Batcher.pending = Array
    Array[0] = View`
  expect(edgesTo(drawing, 'Array', 'View').slice(-3)).toEqual(['->batchers', '["eu-west"]', '.pending'])
})

test('an object of the global object is not named by a variable of a Node.js module', () => {
  const drawing = `
    root.global = global
    global.process = process
    root.scope = 'system / Context'#own
    'system / Context'#own->emit = own() 64 at 40:1:1
    own(){context} = 'system / Context'#own
    own(){shared} = code:own
    code:own{script} = code:'node:internal/util/debuglog'
    'system / Context'#own->process = process
    process._events = Object#events
    Object#events.SIGTERM = Array
    Array[0] = onTerminate() 64`
  expect(edgesTo(drawing, 'Array', 'onTerminate()')).toEqual(['', '.process', '._events', '.SIGTERM'])
})

test('what only Node.js has a variable for is named by that, whatever a global leads to', () => {
  const drawing = `
    root.global = global
    global.performance = set() 64
    set(){context} = 'system / Context'#setter
    'system / Context'#setter->List = List() 64
    List(){context} = 'system / Context'#own
    'system / Context'#own->emit = own() 64 at 40:1:1
    own(){context} = 'system / Context'#own
    own(){shared} = code:own
    code:own{script} = code:'node:internal/perf/observe'
    'system / Context'#own->marks = Array
    Array[0] = Mark 64`
  expect(edgesTo(drawing, 'Array', 'Mark')).toEqual(['', '->marks'])
})

test.each([
  ['_Outbox_queue', '.#queue'],
  ['_queue2', '.#queue'],
  ['queueOf', '[Outbox @77]'],
])('what a WeakMap in a variable %s has for an object of a class beside it is its %s', (variable, expected) => {
  const drawing = `
    root.main = Module#main
    Module#main.filename = "/app/src/main.js"
    Module#main.exports = Object#exports
    Object#exports.outbox = Outbox 32 @77 at 5:1:1
    Object#exports.Outbox = closure:Outbox 64 at 5:1:1
    closure:Outbox{shared} = code:outbox
    code:outbox{script} = code:'/app/src/outbox.js'
    closure:Outbox{context} = 'system / Context'#own
    'system / Context'#own->${variable} = WeakMap
    WeakMap{table} = array:weak
    array:weak<Outbox> = Array
    Array[0] = Letter`
  expect(edgesTo(drawing, 'Array', 'Letter').at(-1)).toBe(expected)
})
