/** With thousands separators, and a decimal where it has one: `12,345`, `0.5`. */
export function counted(value: number): string {
  return atMostTenths.format(value)
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
  return `${step === 0 ? counted(size) : inTenths.format(size)} ${SIZES[step]}`
}

const SIZES = ['B', 'KB', 'MB', 'GB']

/** Always with one decimal. One locale for all, so that the same report reads the same on every machine. */
export const inTenths: Intl.NumberFormat = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'negative',
})
const atMostTenths = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1, signDisplay: 'negative' })
