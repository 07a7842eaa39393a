import { z } from 'zod'
import { processListing } from '../../cli/process-listing.js'
import { processes } from '../../live/processes.js'
import { excerpt } from '../../render/plain-text.js'
import { pageInput } from '../page.js'
import { type Tool, tool } from '../tool.js'

/** The Node.js processes of the machine. */
export const listProcesses: Tool = tool({
  name: 'list_processes',
  title: 'List Node.js processes',
  description:
    'The Node.js processes of this machine: pid, version, script, resident memory, and whether each can be attached to. Looks from outside only. Start here.',
  input: z.object(pageInput),
  readOnly: true,
  async run(page) {
    const found = await processes()
    const open = found.filter(({ obstacle }) => obstacle === null)
    const named = open.slice(0, 10).map(({ pid, script }) => `${pid} (${excerpt(script, 60)})`)
    const closed = found.length - open.length
    const answer =
      found.length === 0
        ? 'No visible Node.js process runs here.'
        : `${open.length} of ${found.length} Node.js processes can be attached to: ${named.join(', ')}${open.length > 10 ? ', …' : ''}.${
            closed === 0 ? '' : ' The column attach says why the others cannot.'
          }`
    return { answer, report: processListing(found), page }
  },
})
