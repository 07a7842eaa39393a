import { mkdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { verbsOf } from '../../src/cli/session/words.js'
import { world } from './world.js'

const shop = `
  root.app = App 16
  App.store = Store 32
  Store.sessions = Map 32
  Map{table} = array:sessions 28712
  array:sessions{515} = "user-7" 24
  array:sessions{516} = Session#ada 200
  ${Array.from({ length: 120 }, (_, at) => `array:sessions{${518 + 3 * at}} = "key-${at}" 24`).join('\n')}
  Session#ada.user = User 24 @1203
  User.name = "Ada" 24
  User.roles = Array#roles
  Array#roles[0] = "admin" 24
  Session#ada.admin = hidden:'true'
  Session#ada.userId = "u7" 24
  Session#ada.buffer = Big 204800
  App.first = Session#ada
  App.key = "MY PRIVATE KEY" 48
  App.keyAgain = "MY PRIVATE KEY"#again 48
  App.holder = Holder 2000
  Holder.owner = Session#ada
  App.lone = Lone 8
  Lone.big = Big#lone 204800
  App.serve = serve() 64 at 3:5:11
  serve(){shared} = code:serve
  code:serve{script} = code:'/app/src/serve.js'
  serve(){context} = 'system / Context' 40
  'system / Context'->req = Request 500
  App.line = Object#line 32
  Object#line.sku = "s1" 24
  App.line2 = Object#line2 32
  Object#line2.sku = "s2" 24
`

const commandsOf = (file: string): string[] =>
  [...readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8').matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(match => match[1]!.split('\n'))
    .filter(line => line.startsWith('leakscope '))

describe.each(['query.md', 'questions.md'])('docs/%s', file => {
  const commands = commandsOf(file)

  test.each(commands)('%s', async command => {
    using here = world()
    mkdirSync(`${here.folder}/.leakscope`)
    here.heap('.leakscope/shop.heapsnapshot', shop)
    const [words] = verbsOf(command)
    const { code, out, err } = await here.run([...words!.slice(1), '--json'])
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
    if (file === 'query.md') expect(JSON.parse(out).sections[0].rows.length, err).toBeGreaterThan(0)
  })
})

test('the grammar of docs/query.md lists every name', async () => {
  const { facts } = await import('../../src/query/facts.js')
  const text = readFileSync(new URL('../../docs/query.md', import.meta.url), 'utf8')
  const rows = text.split('\n').filter(line => line.startsWith('| `'))
  const listed = rows.flatMap(row => [...row.split('|')[1]!.matchAll(/`([a-z]+)`/g)].map(match => match[1]))
  expect(listed.filter(name => facts.some(fact => fact.name === name))).toEqual(facts.map(({ name }) => name))
})

describe('query on the command line', () => {
  test('the heap precedes the expression', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', shop)
    const { code, out } = await here.run(['query', file, 'type = "User"'])
    expect(code).toBe(0)
    expect(out.split('\n').map(line => line.trim().split(/\s{2,}/))).toEqual([
      ['Id', 'Type', 'Self', 'Name'],
      ['@1203', 'User', '24 B', 'name "Ada"'],
      [''],
    ])
  })

  test('the position of a mistake is shown', async () => {
    using here = world()
    const file = here.heap('a.heapsnapshot', shop)
    expect(await here.run(['query', file, 'retained > 10MX'])).toEqual({
      code: 2,
      out: '',
      err:
        'leakscope: expected a unit (B, KB, MB, GB, TB), not MX, at character 14 of the expression\n' +
        '  retained > 10MX\n' +
        '               ^\n',
    })
  })

  test.each([
    [['query'], 'missing required argument'],
    [['query', 'a', 'b', 'c'], 'query takes one expression, and 3 were given: a, b, c'],
  ])('%j', async (args, said) => {
    using here = world()
    const { code, err } = await here.run(args)
    expect({ code, said: err.includes(said) }).toEqual({ code: 2, said: true })
  })
})
