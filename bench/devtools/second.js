/** The second worker of DevTools. */
import { workerData } from 'node:worker_threads'
import { devtools } from './heap.js'

const { SecondaryInitManager } = await devtools(workerData.folder)
new SecondaryInitManager(workerData.port)
