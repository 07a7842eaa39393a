import { shortPath } from '../../heap/script-names.js'
import { isProgramPlace } from '../../place.js'
import type { PathStep } from '../../report/report.js'
import { hash } from '../type-hash.js'

/**
 * One word for a leak that is the same in every run and release: a hash over the kind and the names, types and functions on the path
 * from the last module to the leaked type. Ids, indexes, keys, line numbers and how often a list repeats are left out, and of a
 * package's file only the package counts.
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
  // Two halves of 32 bits: a chance of one in a million that two of 6,000 suspects are taken for one would need but 45 bits.
  return (hash(text).toString(16).padStart(8, '0') + hash(`${text} `).toString(16).padStart(8, '0')).slice(0, 12)
}

const collapsed = (edge: string): string => (/^\[(?!Symbol\()|^\.(?:entries|values|keys)\[/.test(edge) ? '[]' : edge)

function owner(file: string): string {
  const inPackage = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1]
  return inPackage ?? shortPath(file)
}
