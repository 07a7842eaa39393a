/** With thousands separators, and one decimal unless it is whole: `12,345`, `0.5`. */
export function counted(value: number): string {
  return inTenths(value).replace(/\.0$/, '')
}

/**
 * Always with one decimal: `12,345.0`. Formatted by hand so that reports are identical on every machine, and because
 * the first use of `Intl` costs a third of the start-up time of Node.js.
 */
export function inTenths(value: number): string {
  const [whole, tenth] = Math.abs(value).toFixed(1).split('.') as [string, string]
  const text = `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${tenth}`
  // A value that rounds to zero has no sign.
  return value < 0 && text !== '0.0' ? `-${text}` : text
}

/** A number of bytes, divided by 1024 and written B, KB, MB or GB: `640 B`, `1.5 KB`. */
export function sized(bytes: number): string {
  let size = bytes
  let step = 0
  // A value that would round up to 1,024.0 is written in the next unit.
  while (Math.abs(size) >= (step === 0 ? 1024 : 1023.95) && step < SIZES.length - 1) {
    size /= 1024
    step++
  }
  return `${step === 0 ? counted(size) : inTenths(size)} ${SIZES[step]}`
}

const SIZES = ['B', 'KB', 'MB', 'GB']
