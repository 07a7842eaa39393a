/** With thousands separators, and a decimal where it has one: `12,345`, `0.5`. */
export function counted(value: number): string {
  return inTenths(value).replace(/\.0$/, '')
}

/**
 * Always with one decimal: `12,345.0`. By hand, so that the same report reads the same on every machine: and the first use of `Intl`
 * costs as much as a third of the start of Node.js.
 */
export function inTenths(value: number): string {
  const [whole, tenth] = Math.abs(value).toFixed(1).split('.') as [string, string]
  const text = `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${tenth}`
  // What rounds to nothing has no sign.
  return value < 0 && text !== '0.0' ? `-${text}` : text
}

/** A number of bytes, divided by 1024 and written B, KB, MB or GB: `640 B`, `1.5 KB`. */
export function sized(bytes: number): string {
  let size = bytes
  let step = 0
  // What would be rounded up to 1,024.0 belongs to the next unit already.
  while (Math.abs(size) >= (step === 0 ? 1024 : 1023.95) && step < SIZES.length - 1) {
    size /= 1024
    step++
  }
  return `${step === 0 ? counted(size) : inTenths(size)} ${SIZES[step]}`
}

const SIZES = ['B', 'KB', 'MB', 'GB']
