import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Estimate, guard } from '../../src/live/capture/guard.js'
import { createSnapshotFile } from '../../src/live/capture/snapshot-file.js'

const MB = 2 ** 20
const fine: Estimate = {
  heapUsed: 100 * MB,
  extraMemory: { likely: 600 * MB, worst: 1350 * MB },
  freeMemory: 4000 * MB,
  freeMemoryBound: 'cgroup',
  fileSize: { likely: 150 * MB, worst: 210 * MB },
  freeDisk: 4000 * MB,
  pause: { shortest: 1, longest: 20 },
}

describe('before a capture', () => {
  test('enough of everything: nothing to say', () => expect(guard(fine)).toEqual([]))

  test('memory that only might not do is a warning', () => {
    expect(guard({ ...fine, freeMemory: 1000 * MB })).toEqual([
      'a capture could need up to 1.3 GB more memory, its control group (container) leaves it 1000 MB',
    ])
  })

  test('memory that would likely not do is a refusal, unless forced', () => {
    const tight: Estimate = { ...fine, freeMemory: 500 * MB, freeMemoryBound: 'machine' }
    const message =
      'a capture would likely need 600 MB more memory, the machine has 500 MB: the process could be killed'
    expect(() => guard(tight)).toThrow(expect.objectContaining({ code: 'CAPTURE', message }))
    expect(guard(tight, true)).toEqual([message])
  })

  test('a disk too small is a refusal', () => {
    expect(() => guard({ ...fine, freeDisk: 100 * MB })).toThrow(
      expect.objectContaining({
        code: 'CAPTURE',
        message: 'the snapshot would take about 150 MB on a disk with 100 MB free',
      }),
    )
  })

  test('what cannot be read is said', () => {
    expect(guard({ ...fine, freeMemory: undefined, freeMemoryBound: undefined, freeDisk: undefined })).toEqual([
      'a capture may need 600 MB more memory; how much there is could not be read',
    ])
  })
})

describe('a snapshot on its way to the disk', () => {
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'leakscope-test-'))
    onTestFinished(() => rmSync(path, { recursive: true, force: true }))
    return path
  }

  test('that broke off is not given its name', () => {
    const path = join(folder(), 'half.heapsnapshot')
    const file = createSnapshotFile(path)
    file.write('{"snapshot":{},"strings":["a",')
    expect(() => file.finish()).toThrow(expect.objectContaining({ code: 'CAPTURE' }))
    file.discard()
  })

  test('whose end comes in two parts is whole', () => {
    const path = join(folder(), 'whole.heapsnapshot')
    const file = createSnapshotFile(path)
    file.write('{"strings":[]')
    file.write('}\n')
    file.finish()
    expect(file.bytes).toBe(15)
  })

  test('never follows what lies in its way', () => {
    const path = folder()
    mkdirSync(join(path, '.x.heapsnapshot.1.partial'))
    writeFileSync(join(path, 'x.heapsnapshot'), 'old')
    expect(() => createSnapshotFile(join(path, 'x.heapsnapshot', 'y'))).toThrow(
      expect.objectContaining({ code: 'OUTPUT' }),
    )
  })
})
