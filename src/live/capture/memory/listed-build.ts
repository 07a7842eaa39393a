import { sourceText } from '../../../package-file.js'

/**
 * Where V8's functions are in an official build of Node.js, by its build id: those since 24.11.1 have no names of them any more once
 * they were stripped. The build id in the first line, then `<address> <size> <name>`, in hexadecimal; `undefined` where it is not listed. The walk
 * takes it for exactly that build. `.ci/list-builds.mjs` writes the list, and says how it is written.
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
