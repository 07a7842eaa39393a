import { shortPath } from '../../heap/script-names.js'
import { isProgramPlace } from '../../place.js'
import type { PathStep } from '../../report/report.js'
import { hash } from '../type-hash.js'

/**
 * An identifier of a leak that is stable over runs and releases: a hash over the kind and the names, types and
 * functions on the path from the last module to the leaked type. Ids, indexes, keys, line numbers and repetitions of a
 * list are left out; a file of a package counts as the package.
 */
export function fingerprint(kind: string, steps: readonly PathStep[], leaked: string): string {
  const parts = [kind]
  for (const { edge, type, name, location } of steps) {
    const file = isProgramPlace(location) ? owner(location.file) : ''
    const called = type === '(closure)' ? name.split('  ')[0]! : ''
    const part = [collapsed(edge), type, called, file].join(' ')
    if (!parts.includes(part)) parts.push(part)
  }
  const text = [...parts, leaked].join('\n')
  // 48 bits of two 32-bit hashes: 45 bits already make a collision among 6,000 suspects a one-in-a-million chance.
  return (hash(text).toString(16).padStart(8, '0') + hash(`${text} `).toString(16).padStart(8, '0')).slice(0, 12)
}

const collapsed = (edge: string): string => (/^\[(?!Symbol\()|^\.(?:entries|values|keys)\[/.test(edge) ? '[]' : edge)

function owner(file: string): string {
  const inPackage = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1]
  return inPackage ?? shortPath(file)
}
