import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { AllocationProfile, ProfileFrame } from '../report/profile.js'
import { wellFormed } from './plain-text.js'
import { frameKey } from './stack-tree.js'

/**
 * A profile for `go tool pprof`, Pyroscope and similar tools: gzipped protocol buffers, live bytes as `inuse_space`.
 */
export async function pprof({ samples, startedAt, seconds, interval }: AllocationProfile): Promise<Uint8Array> {
  const { Function: Called, Line, Location, Profile, Sample, StringTable, ValueType } = await import('pprof-format')
  const strings = new StringTable()
  const text = (value: string): number => strings.dedup(wellFormed(value))
  const places = new Map<string, number>()
  const called: InstanceType<typeof Called>[] = []
  const locations: InstanceType<typeof Location>[] = []
  const locationOf = (frame: ProfileFrame): number => {
    const key = frameKey(frame)
    const known = places.get(key)
    if (known !== undefined) return known
    const id = locations.length + 1
    places.set(key, id)
    const name = text(frame.function || '(anonymous)')
    called.push(new Called({ id, name, systemName: name, filename: text(frame.file), startLine: frame.line }))
    locations.push(new Location({ id, line: [new Line({ functionId: id, line: frame.line })] }))
    return id
  }
  const space = new ValueType({ type: text('inuse_space'), unit: text('bytes') })
  const profile = new Profile({
    sampleType: [space],
    sample: samples.map(
      ({ bytes, stack }) => new Sample({ locationId: stack.map(locationOf), value: [Math.round(bytes)] }),
    ),
    location: locations,
    function: called,
    stringTable: strings,
    timeNanos: BigInt(Math.round(startedAt)) * 1_000_000n,
    durationNanos: BigInt(Math.round(seconds * 1e9)),
    periodType: new ValueType({ type: text('space'), unit: text('bytes') }),
    period: interval,
  })
  return promisify(gzip)(profile.encode())
}
