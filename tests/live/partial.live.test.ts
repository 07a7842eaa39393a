import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { partialName, sweepPartials } from '../../src/live/capture/partial.js'
import { temporaryFolder } from '../support/folder.js'
import { launch } from './start.js'

test('what a killed leakscope left is removed, and nothing else', async () => {
  const folder = temporaryFolder()
  const ours = partialName('a.heapsnapshot')
  const [, pid, ticks, place] = /\.(\d+)-(\d+)-(\w+)\.partial$/.exec(ours)!
  expect(Number(pid)).toBe(process.pid)
  const ended = launch(['true'])
  await ended.ended
  const left = `.b.heapsnapshot.${ended.pid}-${ticks}-${place}.partial`
  const usedAgain = `.c.heapsnapshot.${pid}-${Number(ticks) - 1}-${place}.partial`
  const elsewhere = `.d.heapsnapshot.${ended.pid}-${ticks}-0123456789ab.partial`
  const someone = [`.e.heapsnapshot.${ended.pid}.partial`, `f.${ended.pid}-${ticks}-${place}.partial`, 'g.heapsnapshot']
  for (const name of [ours, left, usedAgain, elsewhere, ...someone]) writeFileSync(join(folder, name), '{')
  const subfolder = `.h.${ended.pid}-${ticks}-${place}.partial`
  mkdirSync(join(folder, subfolder))

  sweepPartials(folder)
  expect(readdirSync(folder).sort()).toEqual([ours, elsewhere, subfolder, ...someone].sort())
  sweepPartials(join(folder, 'not there'))
})
