import { z } from 'zod'
import { reportOfFiles } from '../../cli/commands/report.js'
import { readAnswer } from '../../cli/read-answer.js'
import { writeOutput } from '../../output-file.js'
import { formatNamed } from '../../render/index.js'
import { type Tool, tool } from '../tool.js'
import { heapFile, heapInput } from './heap-input.js'

const PAGE = /\.html?$/i

/** Writes a page for people. */
export const report: Tool = tool({
  name: 'report',
  title: 'Write a report page',
  description:
    'Writes one self-contained HTML page for people: the verdict, suspects with retaining paths and pictures, tables, a graph to explore. From one heap, several of one process (oldest first), or check_json.',
  input: z.object({
    heaps: z.array(heapInput).max(20).default([]).describe('Oldest first.'),
    check_json: z.string().max(4096).optional().describe('The JSON file of a check, instead of heaps.'),
    output: z.string().max(4096).default('leakscope-report.html').describe('The .html file to write.'),
    redact: z.boolean().default(true).describe('Leave out string contents of the heap.'),
  }),
  readOnly: false,
  async run({ heaps, check_json, output, redact }, serving, task) {
    const path = serving.paths.output(output, PAGE)
    const { report, envelope } =
      check_json === undefined
        ? await reportOfFiles(
            heaps.map(heap => heapFile(heap, serving.paths)),
            redact || serving.redact,
            task,
          )
        : readAnswer(serving.paths.existing(check_json, /\.json$/i, 'the JSON of a check'))
    const about = { ...envelope, cwd: serving.io.cwd }
    await writeOutput(
      path,
      await formatNamed('html').render(report, about, { color: false, width: 10_000 }),
      task.signal,
    )
    const { headline = report.title } = report
    return { answer: `Wrote ${path}. ${headline}`, report: { title: '', sections: [], notes: [] }, facts: { path } }
  },
})
