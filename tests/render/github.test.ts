import fc from 'fast-check'
import { expect, test } from 'vitest'
import { github, jobSummary } from '../../src/render/github.js'
import type { Report } from '../../src/report/report.js'
import { hostileLeakReport, inCheckout, leakReport, sessions } from './leak-reports.js'
import { plainLook } from './reports.js'

const written = (report: Report): string => github.render(report, inCheckout, plainLook) as string

test('a leak is an error at its line', () => {
  expect(written(leakReport({ suspects: [sessions] }))).toBe(
    `::error file=server/store.js,line=6,col=29,title=Leak%3A sessions gains Session::${sessions.headline}. Delete entries when they end. [1162e3f634ac]\n`,
  )
})

test('a clean program prints nothing, and a known leak is a notice', () => {
  expect(written(leakReport({ verdict: 'not-leaking' }))).toBe('')
  const known = { ...sessions, status: 'known', fails: false } as const
  expect(written(leakReport({ suspects: [known] }))).toMatch(/^::notice file=.*title=Leak \(known\)%3A/)
})

test('an inconclusive answer is a warning', () => {
  expect(written(leakReport({ verdict: 'inconclusive' }, 'Inconclusive: 100% noise'))).toBe(
    '::warning title=leakscope::Inconclusive: 100%25 noise\n',
  )
})

test('no heap string becomes a command', () => {
  fc.assert(
    fc.property(hostileLeakReport, report => {
      const lines = written(report).split('\n').slice(0, -1)
      const expected = (report.findings!.suspects as unknown[]).length
      expect(lines.length).toBe(expected + (report.findings!.verdict === 'inconclusive' ? 1 : 0))
      // What GitHub's runner parses as a command: properties up to the first `::` after the name.
      for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) (\w+=[^:,\r\n]*,?)+::[^\r\n]*$/)
    }),
  )
})

test('the summary of a job draws the retaining path, with heap strings as text', async () => {
  expect(await jobSummary(leakReport({ suspects: [sessions] }), inCheckout)).toContain(
    `\`\`\`mermaid
flowchart TD
  n0["module<br>server/store.js"]
  n1["Map<br>2#44;191 entries"]
  n2["Session<br>id #34;8cab#34;<br>session.js#58;5"]
  n0 -->|"-#62;sessions"| n1
  n1 -->|"#91;#34;8cab#34;#93;"| n2
  style n2 stroke:#d1242f,stroke-width:2px
\`\`\``,
  )
  await fc.assert(
    fc.asyncProperty(hostileLeakReport, async report => {
      const text = await jobSummary(report, inCheckout)
      for (const [, block] of text.matchAll(/```mermaid\n([\s\S]*?)\n```/g)) {
        for (const line of block!.split('\n').slice(1)) {
          expect(line).toMatch(
            /^ {2}(n\d+\["[^"`]*"\]|n\d+ -->\|"[^"`]+"\| n\d+|style n\d+ stroke:#d1242f,stroke-width:2px)$/,
          )
        }
      }
    }),
  )
})
