// A server that has answered some requests, with workers and contexts.
const { Worker } = require('node:worker_threads')
const vm = require('node:vm')
const fastify = require('fastify')

module.exports = (async () => {
  const app = fastify()
  const sessions = new Map()
  app.get('/:user', async ({ params }) => {
    sessions.set(params.user, { user: params.user, seen: new Date(), retries: 3 })
    return { sessions: sessions.size }
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  for (let i = 0; i < 200; i++) await fetch(`${address}/user-${i}`).then(answer => answer.text())
  const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true })
  await new Promise(online => worker.once('online', online))
  const contexts = Array.from({ length: 20 }, (_, i) =>
    vm.runInNewContext(`class Room { constructor() { this.number = ${i}; this.guests = [{ of: ${i} }] } }; new Room()`),
  )
  return { app, sessions, worker, contexts }
})()
