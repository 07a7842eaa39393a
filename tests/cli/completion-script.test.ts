import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandWords } from '../../src/cli/command-words.js'
import { completionScript, shells } from '../../src/cli/completion-script.js'
import { manPage } from '../../src/cli/man-page.js'
import { program } from '../../src/cli/program.js'
import { version } from '../../src/cli/version.js'
import { temporaryFolder } from '../support/folder.js'
import { world } from './world.js'

const io = { ...process, cwd: process.cwd(), signal: new AbortController().signal }
const leakscope = await program(undefined, io, undefined, { exitCode: 0 })
const commands = commandWords(leakscope)

/** The completions of bash for the last of some words. */
function offered(...words: readonly string[]): string[] {
  const path = join(temporaryFolder(), 'completion.bash')
  const typed = words.map(word => `'${word}'`).join(' ')
  const ask = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _leakscope; printf '%s\\n' "\${COMPREPLY[@]}"`
  writeFileSync(path, `${completionScript('bash', commands)}\n${ask}\n`)
  return execFileSync('bash', [path], { encoding: 'utf8' }).split('\n').filter(Boolean)
}

describe('in bash', () => {
  test('the first word is a command, by any of its names', () => {
    expect(offered('leakscope', '')).toEqual(commands.flatMap(({ names }) => names))
    expect(offered('leakscope', 'chec')).toEqual(['check'])
  })

  test('a dash completes to the options of the command', () => {
    const { options } = commands.find(({ names }) => names[0] === 'types')!
    expect(offered('leakscope', 'types', '-')).toEqual(options.map(({ long }) => long))
    expect(offered('leakscope', 'types', 'a.heapsnapshot', '--so')).toEqual(['--sort'])
  })

  test('an option with a few values completes to them', () => {
    expect(offered('leakscope', 'types', '--sort', '')).toEqual(['count', 'shallow', 'retained'])
    expect(offered('leakscope', 'snapshot', '--capture', 'in')).toEqual(['inspector'])
  })

  test('otherwise, the shell completes files', () => {
    expect(offered('leakscope', 'types', '')).toEqual([])
  })
})

for (const shell of shells) {
  test(`${shell} can read its script`, async context => {
    const program = spawnSync(shell, ['--version']).error === undefined
    if (!program) return context.skip(`there is no ${shell} here`)
    // From a file: fish cannot read it from a socket.
    const file = join(temporaryFolder(), `completion.${shell}`)
    writeFileSync(file, completionScript(shell, commands))
    expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })

  test(`the script of ${shell} is printed, and has every command`, async () => {
    using here = world()
    const { code, out, err } = await here.run(['completion', shell])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const { names } of commands) expect(out).toContain(names[0])
  })
}

test('another shell is refused, with the names of the supported ones', async () => {
  using here = world()
  const { code, err } = await here.run(['completion', 'tcsh'])
  expect(code).toBe(2)
  expect(err).toContain('bash, zsh, fish')
})

describe('the manual page', () => {
  const page = manPage(leakscope, version())

  test('has each command with each of its options', () => {
    for (const { names, options } of commands) {
      expect(page).toContain(`"leakscope ${names.join(', ').replaceAll('-', '\\-')}`)
      for (const { flags } of options) expect(page).toContain(`.B ${flags.replaceAll('-', '\\-')}`)
    }
  })

  test('is formatted without a warning', context => {
    const formatted = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z'], { input: page, encoding: 'utf8' })
    if (formatted.error !== undefined) return context.skip('there is no groff here')
    expect(formatted.stderr).toBe('')
  })
})
