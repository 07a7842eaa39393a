import { join } from 'node:path'
import { z } from 'zod'
import { compareWith, readEarlierCheck } from '../../check/against.js'
import { decide } from '../../check/decide.js'
import { defaultRounds, mostRoundsOf } from '../../check/plan.js'
import { planOf } from '../../cli/check-options.js'
import { checkProgram } from '../../cli/check-program.js'
import { checkReport } from '../../cli/check-report.js'
import { unlessKept, withFiles, withoutFiles } from '../../cli/check-run.js'
import { snapshotFolder } from '../../cli/heap-source.js'
import { writeOutput } from '../../output-file.js'
import { makeFolder } from '../../private-folder.js'
import { json } from '../../render/json.js'
import { plain } from '../../render/plain-text.js'
import { type Tool, tool } from '../tool.js'
import { consentInput } from './capture.js'
import { pidInput } from './heap-input.js'

const CHECK = /\.json$/i

/** Whether a process leaks, and what leaks. */
export const check: Tool = tool({
  name: 'check',
  title: 'Check a process for leaks',
  description: `Does the process leak? Lets it work for some rounds, captures its heap after each, and answers which retainer gains which type per round, at which file and line, with the retaining path. It needs repeated work: give url (of the service on this machine), or be sure that the program is busy. Takes about rounds × (seconds + 1), twice that if undecided. Pauses the process briefly in each round, as doctor estimates: call doctor first, and this only with consent. With against, the check_json of an earlier check, it answers whether that leak is fixed.`,
  input: z.object({
    pid: pidInput,
    consent: consentInput,
    rounds: z
      .number()
      .int()
      .min(5)
      .max(30)
      .optional()
      .describe(
        `Measured rounds. Default: ${defaultRounds}, and up to ${mostRoundsOf(defaultRounds, undefined)} if undecided.`,
      ),
    seconds: z.number().min(0.1).max(120).default(2).describe('Length of a round without url.'),
    url: z.string().max(2000).optional().describe('http://127.0.0.1:…, requested in each round; {n} counts.'),
    requests: z.number().int().min(1).max(100_000).default(200).describe('Requests per round.'),
    against: z.string().max(4096).optional().describe('check_json of the check that found the leak.'),
  }),
  readOnly: false,
  async run({ pid, consent, rounds, seconds, url, requests, against }, { io, estimates, paths }, task) {
    estimates.require(pid, consent)
    const earlier =
      against === undefined ? undefined : readEarlierCheck(paths.existing(against, CHECK, 'the JSON of a check'))
    const options = {
      ...(rounds === undefined ? {} : { rounds }),
      warmup: 1,
      every: seconds * 1000,
      capture: 'auto',
      ...(url === undefined ? {} : { url, requests }),
    } as const
    const plan = planOf(options, earlier?.plan)
    const done = await checkProgram({ kind: 'pid', pid }, plan, { options, task, io })
    using _ = unlessKept(done)
    const { result, work, roundSeconds } = done
    const decision = decide(result, { baseline: undefined, ignored: [], failOn: ['any'] }, roundSeconds)
    const fixes = earlier && compareWith(earlier, { ...result, rounds: result.memory.length, work })
    const run = result.verdict === 'not-leaking' ? withoutFiles(done) : await withFiles(done, task)
    const report = checkReport({ run, plan, decision, decided: false, against: fixes })
    const file = join(snapshotFolder(io), `${new Date().toISOString().replace(/[:.]/g, '-')}-pid${pid}-check.json`)
    makeFolder(snapshotFolder(io))
    const envelope = { command: 'check', target: run.target, heaps: run.heaps }
    await writeOutput(file, await json.render(report, envelope, { color: false, width: 0 }), task.signal)
    const files = run.snapshots.map(({ path }) => path)
    const next =
      result.verdict === 'leaking' && files.length > 0
        ? `\nThe last heap is ${files.at(-1)}: use path and query on it.`
        : ''
    return {
      answer: `${plain(report.headline ?? report.title)}${next}`,
      // The cost of each capture is in the facts; here it would bury the answer.
      report: { ...report, notes: report.notes.filter(note => !note.startsWith('captured ')) },
      facts: { check_json: file, kept_heaps: files },
    }
  },
})
