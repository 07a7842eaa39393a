/**
 * A program with objects of many kinds, which writes its own heap snapshot. The objects are always the same.
 *
 *   node bench/program.js <file to write> <sessions, about 1,700 bytes of snapshot each> [what to expose, as JSON]
 */
import { EventEmitter } from 'node:events'
import { writeHeapSnapshot } from 'node:v8'

const [file, sessions, exposed] = process.argv.slice(2)

class Session {
  #secret
  constructor(number, previous) {
    this.user = `user-${number}`
    this.tags = [number, `tag-${number % 1000}`]
    this.created = number * 1.5
    this.previous = previous
    this.#secret = { token: BigInt(number) ** 3n }
    this.close = () => [number, this.#secret]
  }
}

class Row {
  constructor(number) {
    this.id = number
    this.text = `row number ${number} é"\\\n`
    this.cells = { a: number, b: String(number), c: [{}, {}] }
  }
}

class Store extends EventEmitter {
  sessions = new Map()
  notes = new WeakMap()
  rows = []
  rings = []
  others = new Set()

  add(number, previous) {
    const session = new Session(number, previous)
    this.sessions.set(session.user, session)
    this.rows.push(new Row(number))
    if (number % 10 === 0) this.notes.set(session, { note: number, back: session })
    if (number % 5 === 0) this.rings.push(ring(number, this.rows[number >> 1]))
    if (number % 50 === 0) {
      this.on(`event-${number % 500}`, session.close)
      this.others
        .add(new Uint8Array(64))
        .add(Promise.resolve(session))
        .add(/x/)
        .add(Symbol(`s${number}`))
      this.others
        .add(new WeakRef(session))
        .add(new Date(number))
        .add(new Set(this.rows.slice(-20)))
    }
    return session
  }
}

function ring(number, row) {
  const made = { name: `ring-${number}`, list: new Array(20).fill(row) }
  made.self = { made }
  return made
}

const store = new Store()
store.setMaxListeners(0)
let last = null
for (let number = 0; number < Number(sessions); number++) last = store.add(number, last)
globalThis.store = store
writeHeapSnapshot(file, exposed === undefined ? undefined : JSON.parse(exposed))
