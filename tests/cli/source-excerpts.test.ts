import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sourceExcerpts } from '../../src/cli/source-excerpts.js'
import type { Report } from '../../src/report/report.js'
import { temporaryFolder } from '../support/folder.js'

const at = (file: string, line = 5) => ({ location: { file, line, column: 3 } })
const reportAbout = (...files: string[]): Report => ({
  title: '',
  sections: [],
  notes: [],
  findings: { suspects: files.map(file => ({ holder: at(file), path: [], evidence: {} })) },
})

test('an excerpt is a few lines around a location; only source files in the folder are read, whatever a heap names', () => {
  const folder = temporaryFolder()
  const app = join(folder, 'app')
  mkdirSync(app)
  const lines = Array.from({ length: 20 }, (_, line) => `line ${line + 1}`)
  for (const file of ['app/store.ts', 'secret.ts', 'app/.env']) writeFileSync(join(folder, file), lines.join('\n'))
  symlinkSync(join(folder, 'secret.ts'), join(app, 'link.ts'))

  expect(sourceExcerpts(reportAbout('store.ts', join(app, 'store.ts')), app)).toEqual([
    {
      place: { file: 'store.ts', line: 5, column: 3 },
      path: join(app, 'store.ts'),
      from: 2,
      lines: lines.slice(1, 8),
    },
  ])
  const others = ['../secret.ts', join(folder, 'secret.ts'), 'link.ts', '.env', '/etc/passwd', 'none.ts', '', '\0.ts']
  expect(sourceExcerpts(reportAbout(...others), app)).toEqual([])
  const odd: Report = { ...reportAbout(), findings: { suspects: [null, 1, { holder: null, path: 'x', evidence: 3 }] } }
  expect(sourceExcerpts(odd, app)).toEqual([])
})
