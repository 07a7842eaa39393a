'use strict'
// A server for bench/capture.mjs: has a heap of the given MB, of typical objects, and answers requests with a little work on it. On
// stdin, `reset` resets and `longest` prints the longest delay of its event loop in milliseconds.
const { createServer } = require('node:http')
const { createInterface } = require('node:readline')

class Session {
  constructor(number) {
    this.user = { id: number, name: `user ${number}`, tags: ['a', 'b', `tag ${number % 100}`] }
    this.seen = new Date(number)
    this.cart = [
      { item: number * 3, price: number / 7 },
      { item: number * 5, price: number / 9 },
    ]
    this.touch = () => number
  }
}

const sessions = new Map()
const wanted = Number(process.argv[2]) * 2 ** 20
for (let n = 0; n % 1000 !== 0 || process.memoryUsage().heapUsed < wanted; n++)
  sessions.set(`session ${n}`, new Session(n))

const EVERY = 10
let longest = 0
let last = performance.now()
setInterval(() => {
  const now = performance.now()
  longest = Math.max(longest, now - last - EVERY)
  last = now
}, EVERY)

let turn = 0
const server = createServer((_, response) => {
  const number = turn++ % sessions.size
  sessions.set(`session ${number}`, new Session(number))
  response.end(JSON.stringify(sessions.get(`session ${number}`).user))
})
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port, version: process.version }))
})

createInterface({ input: process.stdin }).on('line', line => {
  if (line === 'reset') longest = 0
  console.log(line === 'reset' ? 'ready' : longest)
})
