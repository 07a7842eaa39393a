import { expect, test } from 'vitest'
import { inspectionHint, obstacle } from '../../src/live/attach/obstacles.js'
import { processFacts } from '../../src/live/linux/facts.js'

test.each([
  [false, false, 'as root, in a container with --cap-add SYS_PTRACE'],
  [true, false, 'which root lacks here'],
  [true, true, 'outside of this container'],
])('what is missing to look into a process: root %s, capability %s', (root, may, hint) =>
  expect(inspectionHint(root, may)).toContain(hint),
)

test.runIf(process.geteuid?.() === 0)('what has no program is not said to be hidden from root', () => {
  const facts = { ...processFacts(process.pid)!, program: undefined }
  expect(obstacle(facts.pid, { ...facts, commandLine: [] })?.message).toContain('about to end')
  expect(obstacle(facts.pid, facts)?.hint).not.toContain('as root')
})
