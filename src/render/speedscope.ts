import type { AllocationProfile } from '../report/profile.js'
import { wellFormed } from './plain-text.js'
import { frameKey } from './stack-tree.js'

/** A profile for https://www.speedscope.app, which also works offline. */
export function speedscope({ samples }: AllocationProfile, name: string): string {
  const places = new Map<string, number>()
  const frames: object[] = []
  const stacks = samples.map(({ stack }) =>
    stack.toReversed().map(frame => {
      const key = frameKey(frame)
      const known = places.get(key)
      if (known !== undefined) return known
      places.set(key, frames.length)
      const { function: called, file, line, column } = frame
      frames.push({
        name: wellFormed(called || '(anonymous)'),
        ...(file === '' ? {} : { file: wellFormed(file), line, col: column }),
      })
      return frames.length - 1
    }),
  )
  const weights = samples.map(({ bytes }) => Math.round(bytes))
  return `${JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'leakscope',
    name,
    activeProfileIndex: 0,
    shared: { frames },
    profiles: [
      {
        type: 'sampled',
        name,
        unit: 'bytes',
        startValue: 0,
        endValue: weights.reduce((sum, bytes) => sum + bytes, 0),
        samples: stacks,
        weights,
      },
    ],
  })}\n`
}
