import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { optionsIn, startArguments } from '../../src/live/linux/start-options.js'
import { nodeVersions } from '../node-versions.js'

test.each([
  ['node', [], undefined],
  ['node app.js --inspect', [], 'app.js'],
  ['node --inspect_port=1 app.js', ['--inspect-port=1'], 'app.js'],
  ['node -r ./first.js --title it app.js -r x', ['-r=./first.js', '--title=it'], 'app.js'],
  ['node -e code --inspect word --permission', ['-e=code', '--inspect'], '-e'],
  ['node -p', ['-p'], '-p'],
  ['node - --inspect', [], '-'],
  ['node --inspect -- -odd.js --permission', ['--inspect'], '-odd.js'],
  ['node --test', ['--test'], undefined],
])('%s', (line, options, script) => expect(startArguments(line.split(' '))).toEqual({ options, script }))

test.each([
  ['', []],
  ['  --inspect   --no-addons ', ['--inspect', '--no-addons']],
  ['--require "/my dir/first.js" --inspect-port=1', ['--require=/my dir/first.js', '--inspect-port=1']],
  ['--diagnostic-dir="/my dir" --permission', ['--diagnostic-dir=/my dir', '--permission']],
  [String.raw`"--title=a \"b\" \\" --permission`, [String.raw`--title=a "b" \ `.trimEnd(), '--permission']],
  ['--title="no end', ['--title=no end']],
])('NODE_OPTIONS=%s', (text, options) => expect(optionsIn(text)).toEqual(options))

// The inspect options open an inspector, and need no value; a config file is read before all others, and with a value only
// by Node.js 22; Node.js 26 accepts --run without a value.
const ODD = /^--(inspect(-brk|-wait)?|experimental-config-file|run)$/

test.each(nodeVersions())(
  '$version: which of its options take the next word',
  ({ path: node }) => {
    const help = execFileSync(node, ['--help'], { encoding: 'utf8' })
    const withValue = [...help.matchAll(/^ +((?:-\w|--[\w-]+)(?:, (?:-\w|--[\w-]+))*)=/gm)].flatMap(([, names]) =>
      names!.split(', '),
    )
    const listed = [...new Set(withValue)].filter(name => !ODD.test(name))
    expect(listed.length).toBeGreaterThan(30)
    for (const option of listed) {
      const { stderr } = spawnSync(node, [option], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' })
      const takes = stderr.includes('requires an argument')
      expect({ option, script: startArguments(['node', option, 'value', 'app.js']).script }).toEqual({
        option,
        script: takes ? (/^(-e|--eval|-p|--print)$/.test(option) ? option : 'app.js') : 'value',
      })
    }
  },
  60_000,
)
