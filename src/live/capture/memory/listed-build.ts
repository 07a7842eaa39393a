import { sourceText } from '../../../package-file.js'

/**
 * The addresses of V8's functions in an official build of Node.js, by its build id, since stripped builds from 24.11.1
 * on do not have their names. The build id is in the first line, followed by `<address> <size> <name>` in hexadecimal;
 * `undefined` if it is not listed. The walk uses it for exactly that build. `.ci/list-builds.mjs` writes the list and
 * documents its format.
 */
export function listedSymbols(buildId: string): string | undefined {
  if (buildId === '') return undefined
  const lines = sourceText('live/capture/memory/builds.txt').split('\n')
  const names = rest(lines, 'name ')
  const sets = rest(lines, 'set ')
  for (const build of rest(lines, 'build ')) {
    const [, , id, set, ...places] = build.split(' ')
    if (id !== buildId) continue
    const named = sets[Number(set)]!.split(' ').map(number => names[Number(number)]!)
    let address = 0
    const symbols = places.map((place, at) => {
      const [step, size = '0'] = place.split('.')
      address += Number.parseInt(step!, 36)
      return `${address.toString(16)} ${Number.parseInt(size, 36).toString(16)} ${named[at]}\n`
    })
    return `${id}\n${symbols.join('')}`
  }
  return undefined
}

const rest = (lines: readonly string[], kind: string): readonly string[] =>
  lines.filter(line => line.startsWith(kind)).map(line => line.slice(kind.length))
