import { expect, test } from 'vitest'
import { constructorOf, functionWithScope } from '../../../src/heap/v8/scopes.js'
import { heap } from '../../draw.js'

test('the class of an object is that of its hidden class', () => {
  const { graph, node } = heap`
    root.store = Store
    Store{map} = hidden:shape
    hidden:shape{back_pointer} = hidden:first
    hidden:first{constructor} = Store()
    hidden:shape{prototype} = Store#prototype
    Store#prototype.constructor = Store()`
  expect(constructorOf(graph, node('Store'))).toBe(node('Store()'))
})

test('for a class that extends another, that of its prototype: the hidden class has the end of the chain', () => {
  const { graph, node } = heap`
    root.adapter = Adapter
    Adapter{map} = hidden:shape
    hidden:shape{constructor} = EventEmitter()
    hidden:shape{prototype} = Adapter#prototype
    Adapter#prototype.constructor = Adapter()`
  expect(constructorOf(graph, node('Adapter'))).toBe(node('Adapter()'))
})

test('a replaced prototype without a constructor changes nothing', () => {
  const { graph, node } = heap`
    root.old = Old
    Old{map} = hidden:shape
    hidden:shape{constructor} = Emitter()
    hidden:shape{prototype} = Object#prototype
    Object#prototype.constructor = Object()`
  expect(constructorOf(graph, node('Old'))).toBe(node('Emitter()'))
})

const calls = (more: string) => heap`
  root.app = App
  App.onClose = onClose()
  onClose(){context} = 'system / Context'#block 32
  'system / Context'#block{previous} = 'system / Context'#call 40
  'system / Context'#call{scope_info} = hidden:info
  hidden:info{1} = "connect"
  'system / Context'#call{previous} = 'system / Context'#module 64
  connect()#1 64 at 7:12:3
  connect()#1{context} = 'system / Context'#module
  other() 64 at 7:40:3
  other(){context} = 'system / Context'#module
  ${more}`

test('the function whose scope a closure uses is the one of its name in the scope around', () => {
  const { graph, node } = calls('')
  expect(functionWithScope(graph, node("'system / Context'#block"))).toBe(node('connect()#1'))
})

test('of two functions of one name in other locations, neither is named', () => {
  const { graph, node } = calls(`connect()#2 64 at 7:80:3\n connect()#2{context} = 'system / Context'#module`)
  expect(functionWithScope(graph, node("'system / Context'#block"))).toBeUndefined()
})
