// ES modules: local and exported variables, one of each kind of scope, and a module with more variables than V8 lists inline.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as vm from 'node:vm'

const sessions = new Map([['one', { session: 1 }]])
let counter = { count: 0 }
var loose = ['var']
export const shared = { exported: 'const' }
export let changing = { exported: 'let' }
export default class Service {
  static instances = new Set()
  #queue = [{ queued: true }]
  add(item) {
    this.#queue.push(item)
    Service.instances.add(this)
    return () => [this.#queue, sessions, counter, loose, changing]
  }
}

export const awaited = await Promise.resolve({ top: 'level' })

export function change() {
  counter = { count: 1 }
  changing = { exported: 'changed' }
  loose = ['changed']
}
change()

const blocks = []
for (const each of [{ block: 1 }, { block: 2 }]) {
  const doubled = { of: each }
  blocks.push(() => [each, doubled])
}
try {
  throw new Error('kept')
} catch (caught) {
  blocks.push(() => caught)
}
const named = function itself() {
  return [itself, blocks]
}
class Derived extends Service {
  static {
    const inBlock = { static: true }
    Derived.read = () => inBlock
  }
  method = () => this
}

// 75 variables are the most that V8 lists inline.
const folder = mkdtempSync(join(tmpdir(), 'leakscope-modules-'))
const file = join(folder, 'many.mjs')
const many = Array.from({ length: 120 }, (_, at) => `const variable${at} = { many: ${at} }`)
const all = Array.from({ length: 120 }, (_, at) => `variable${at}`)
writeFileSync(
  file,
  `${many.join('\n')}\nexport const read = () => [${all}]\nexport let last = { last: true }\nexport const again = () => last`,
)
const large = await import(pathToFileURL(file).href)
rmSync(folder, { recursive: true })

const synthetic = new vm.Script(
  'const inScript = { script: 1 }; let other = { script: 2 }; (() => [inScript, other])',
).runInThisContext()

export const kept = [new Service().add({ added: true }), named, new Derived(), large, synthetic]
