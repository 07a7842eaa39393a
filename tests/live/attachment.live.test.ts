import { expect, test } from 'vitest'
import { Attachment, type Subject } from '../../src/live/attach/attachment.js'
import { inspectorAt } from '../../src/live/attach/inspector-at.js'
import { openInspector } from '../../src/live/attach/open-inspector.js'
import { processFacts } from '../../src/live/linux/facts.js'
import { listeners } from '../../src/live/linux/sockets.js'
import { start } from './start.js'

const limits = { timeoutMs: 5000, commandTimeoutMs: 10_000, signal: new AbortController().signal }

test('an attachment goes from looking to left, and leaves from every state', async () => {
  const { pid } = await start('idle.cjs')
  const facts = processFacts(pid)!
  const subject: Subject = { name: `process ${pid}`, facts, identify: () => facts }

  const attachment = new Attachment(subject, limits)
  expect(attachment.state).toBe('looking')
  const opening = await attachment.opening(() => {
    expect(attachment.state).toBe('opening')
    return openInspector(facts, limits, inspectorAt)
  })
  const target = await attachment.connect(opening)
  expect(attachment.state).toBe('connected')
  const left = target.detach()
  expect(attachment.state).toBe('leaving')
  await left
  expect(attachment.state).toBe('left')
  expect(listeners(pid)).toEqual([])

  // Another process than intended: the inspector that was opened for it is closed again.
  const misled = new Attachment({ ...subject, identify: ({ pid }) => other(pid) }, limits)
  const open = await misled.opening(() => openInspector(facts, limits, inspectorAt))
  await expect(misled.connect(open)).rejects.toThrow(`not ${pid}`)
  expect(misled.state).toBe('left')
  expect(listeners(pid)).toEqual([])

  // An attachment that never connected.
  const unused = new Attachment(subject, limits)
  await unused[Symbol.asyncDispose]()
  expect(unused.state).toBe('left')
})

function other(pid: number): never {
  throw new Error(`not ${pid}`)
}
