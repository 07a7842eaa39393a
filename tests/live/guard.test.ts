import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { assess, type Room } from '../../src/live/capture/assessment.js'
import { captureCost, type ExpectedCost } from '../../src/live/capture/estimate.js'
import { guard } from '../../src/live/capture/guard.js'
import { createSnapshotFile } from '../../src/live/capture/snapshot-file.js'
import type { FreeMemory } from '../../src/live/linux/memory-limits.js'
import { temporaryFolder } from '../support/folder.js'

const MB = 2 ** 20
const cost: ExpectedCost = {
  standstill: { likely: 1, worst: 20 },
  targetMemory: { likely: 600 * MB, worst: 1350 * MB },
  childMemory: { likely: 0, worst: 0 },
  keptTwice: { likely: 0, worst: 0 },
  fileSize: { likely: 150 * MB, worst: 210 * MB },
}
// The same graph, built by a child.
const forked: ExpectedCost = {
  ...cost,
  targetMemory: cost.childMemory,
  childMemory: cost.targetMemory,
  keptTwice: { likely: 50 * MB, worst: 300 * MB },
}

const room = (memory: Partial<FreeMemory> = {}, disk = 4000 * MB): Room => ({
  memory: { bytes: 4000 * MB, swap: 0, bound: 'cgroup', whenPassed: 'ends one', ...memory },
  ownGroup: undefined,
  disk,
})

describe('before a capture', () => {
  test('enough of everything: no warning', () =>
    expect(assess('inspector', cost, room())).toEqual({ verdict: 'safe', reasons: [], copyMoves: false }))

  test('memory that might not be enough is a warning', () => {
    const assessment = assess('inspector', cost, room({ bytes: 1000 * MB }))
    expect(assessment.verdict).toBe('risky')
    expect(guard({ assessment })).toEqual([
      'a capture could need up to 1.3 GB more memory, its control group (container) leaves it 1,000.0 MB: the process could be killed',
    ])
  })

  test('memory that is likely not enough is a refusal, unless forced', () => {
    const assessment = assess('inspector', cost, room({ bytes: 500 * MB, bound: 'machine' }))
    const message =
      'a capture would likely need 600.0 MB more memory, the machine has 500.0 MB: the process could be killed'
    expect(assessment.verdict).toBe('refused')
    expect(() => guard({ assessment })).toThrow(expect.objectContaining({ code: 'CAPTURE', message }))
    expect(guard({ assessment }, true)).toEqual([message])
  })

  test('a child that is killed alone by its group endangers nobody', () => {
    const assessment = assess('fork', forked, room({ bytes: 500 * MB }))
    expect(assessment.verdict).toBe('risky')
    expect(assessment.reasons[0]!.message).toMatch(/the process itself would go on$/)
  })

  test.each([
    ['ends all', /killed at once \(memory\.oom\.group\)$/],
    ['hangs all', /stand still for good \(oom_kill_disable\)$/],
  ] as const)('a child whose group %s with it is refused', (whenPassed, message) => {
    const assessment = assess('fork', forked, room({ bytes: 500 * MB, whenPassed }))
    expect(assessment).toMatchObject({ verdict: 'refused', reasons: [{ message: expect.stringMatching(message) }] })
  })

  test('limits of the process apply to its child separately, and end either', () => {
    const own = room({ bytes: 500 * MB, bound: 'ulimit' })
    expect(assess('fork', forked, own)).toMatchObject({
      verdict: 'risky',
      reasons: [{ message: expect.stringMatching(/its own limits \(ulimit\) leave it 500.0 MB: .* would go on$/) }],
    })
    expect(assess('inspector', cost, own)).toMatchObject({
      verdict: 'refused',
      reasons: [{ message: expect.stringMatching(/: the process would abort$/) }],
    })
  })

  test('a child that would exhaust the machine is refused', () => {
    expect(assess('fork', forked, room({ bytes: 500 * MB, bound: 'machine' })).verdict).toBe('refused')
  })

  describe('with another control group of leakscope', () => {
    const ownGroup = (bytes: number, memory: Partial<FreeMemory> = {}): Pick<Room, 'ownGroup'> => ({
      ownGroup: { folder: '/ours', memory: { bytes, swap: 0, bound: 'machine', whenPassed: 'ends one', ...memory } },
    })

    test("a child with enough memory in the process' group stays there", () =>
      expect(assess('fork', forked, { ...room(), ...ownGroup(9000 * MB) })).toMatchObject({ copyMoves: false }))

    test("one that might not have enough is moved to leakscope's group, if that is safe", () =>
      expect(assess('fork', forked, { ...room({ bytes: 1000 * MB }), ...ownGroup(9000 * MB) })).toEqual({
        verdict: 'safe',
        reasons: [],
        copyMoves: true,
      }))

    test.each(['ends one', 'ends all', 'hangs all'] as const)(
      'one that has none where the group %s is; what the process writes to meanwhile is counted there still',
      whenPassed => {
        const assessment = assess('fork', forked, { ...room({ bytes: 200 * MB, whenPassed }), ...ownGroup(9000 * MB) })
        expect(assessment).toMatchObject({ verdict: 'risky', copyMoves: true })
        expect(assessment.reasons.map(({ message }) => message)).toEqual([
          "the child is put into leakscope's own control group; what the process writes to meanwhile could need up to 300.0 MB more memory, its control group (container) leaves it 200.0 MB: the child is ended when memory gets short; a process that fills it at once could be killed",
        ])
      },
    )

    test('a process without memory even for its own writes keeps its child, which is ended before the process is', () => {
      const assessment = assess('fork', forked, { ...room({ bytes: 40 * MB }), ...ownGroup(9000 * MB) })
      expect(assessment).toMatchObject({ verdict: 'risky', copyMoves: false })
    })

    test("the process is not endangered if leakscope's group is too small; the machine is", () => {
      const inOurs = (bound: FreeMemory['bound']): string =>
        assess('fork', forked, {
          ...room({ bytes: 320 * MB, whenPassed: 'ends all' }),
          ...ownGroup(100 * MB, { bound }),
        }).verdict
      expect([inOurs('cgroup'), inOurs('machine')]).toEqual(['risky', 'refused'])
    })

    test('what the target itself needs is not moved', () =>
      expect(assess('inspector', cost, { ...room({ bytes: 500 * MB }), ...ownGroup(9000 * MB) })).toMatchObject({
        verdict: 'refused',
        copyMoves: false,
      }))
  })

  test('memory that swapping provides is a warning', () => {
    const assessment = assess('inspector', cost, room({ bytes: 500 * MB, swap: 200 * MB }))
    expect(assessment).toMatchObject({ verdict: 'risky', reasons: [{ message: expect.stringMatching(/swapped/) }] })
  })

  test('a disk that is too small is a refusal, one that might be is a warning', () => {
    expect(() => guard({ assessment: assess('inspector', cost, room({}, 100 * MB)) })).toThrow(
      expect.objectContaining({
        code: 'CAPTURE',
        message: 'the snapshot would take about 150.0 MB on a disk with 100.0 MB free',
      }),
    )
    expect(guard({ assessment: assess('inspector', cost, room({}, 180 * MB)) })).toEqual([
      'the snapshot could take up to 210.0 MB on a disk with 180.0 MB free',
    ])
  })

  test('unreadable limits are reported', () => {
    expect(
      guard({ assessment: assess('inspector', cost, { memory: undefined, ownGroup: undefined, disk: undefined }) }),
    ).toEqual(['a capture may need 600.0 MB more memory; how much there is could not be read'])
  })

  test('the most serious reason comes first', () => {
    const { verdict, reasons } = assess('inspector', cost, room({ bytes: 1000 * MB }, 100 * MB))
    expect([verdict, ...reasons.map(({ verdict }) => verdict)]).toEqual(['refused', 'refused', 'risky'])
  })
})

describe('the expected cost of a capture', () => {
  // From the docs: 3 M objects in a Map, Node.js 20, measured by both methods.
  const heap = { heapUsed: 265 * MB, rss: 354 * MB, nodeVersion: 'v20.20.2' }

  test('through the inspector, for the target', () => {
    const { standstill, targetMemory, childMemory } = captureCost('inspector', heap)
    const gained = (3927 - 354) * MB
    expect(targetMemory.likely).toBeLessThan(gained)
    expect(targetMemory.worst).toBeGreaterThan(gained)
    expect(standstill.likely).toBeLessThan(31)
    expect(standstill.worst).toBeGreaterThan(31)
    expect(childMemory).toEqual({ likely: 0, worst: 0 })
  })

  test('by fork, for the child', () => {
    const { standstill, targetMemory, childMemory } = captureCost('fork', heap)
    expect(standstill.likely).toBeCloseTo(0.03, 1)
    expect(standstill.worst).toBeGreaterThan(0.127)
    expect(targetMemory.worst).toBeGreaterThan(9 * MB)
    expect(childMemory.worst).toBeGreaterThan(captureCost('inspector', heap).targetMemory.worst)
  })
})

describe('a snapshot that is being written', () => {
  test('is not renamed if it broke off', () => {
    const path = join(temporaryFolder(), 'half.heapsnapshot')
    const file = createSnapshotFile(path)
    file.write(Buffer.from('{"snapshot":{},"strings":["a",'))
    expect(() => file.finish()).toThrow(expect.objectContaining({ code: 'CAPTURE' }))
    file.discard()
  })

  test('is whole if its end arrives in two parts', () => {
    const path = join(temporaryFolder(), 'whole.heapsnapshot')
    const file = createSnapshotFile(path)
    file.write(Buffer.from('{"strings":[]'))
    file.write(Buffer.from('}\n'))
    file.finish()
    expect(file.bytes).toBe(15)
  })

  test('never follows a link in its place', () => {
    const path = temporaryFolder()
    mkdirSync(join(path, '.x.heapsnapshot.1.partial'))
    writeFileSync(join(path, 'x.heapsnapshot'), 'old')
    expect(() => createSnapshotFile(join(path, 'x.heapsnapshot', 'y'))).toThrow(
      expect.objectContaining({ code: 'OUTPUT' }),
    )
  })
})
