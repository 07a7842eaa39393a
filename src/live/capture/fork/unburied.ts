import { setTimeout as sleep } from 'node:timers/promises'
import { processFacts } from '../../linux/facts.js'

/**
 * What people should know of a copy that has ended: nothing, as a rule. Its parent is the init of the machine or the container, which
 * buries it at once; but what runs first in a container is often none (`npm start`), and leaves orphans in the list of processes.
 */
export async function unburied(copy: number): Promise<string[]> {
  const start = processFacts(copy)?.startTicks
  for (let looks = 0; ; looks++) {
    const facts = processFacts(copy)
    if (facts === undefined || facts.startTicks !== start || facts.state !== 'Z') return []
    if (looks === MOST_LOOKS) {
      const init = `process ${facts.parent}`
      return [
        `its copy has ended but stays in the list of processes: ${init} should bury it, and does not (in Docker: run with --init)`,
      ]
    }
    await sleep(LOOK_EVERY_MS)
  }
}

const LOOK_EVERY_MS = 20
const MOST_LOOKS = 50
