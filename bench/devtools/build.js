/**
 * Bundles the heap snapshot worker of Chrome DevTools from the source in the npm package `chrome-devtools-frontend`.
 *
 *   node bench/devtools/build.js <unpacked package> <folder to write to>
 */
import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

const [source, folder] = process.argv.slice(2).map(path => resolve(path))
const worker = `${source}/front_end/entrypoints/heap_snapshot_worker`
const entry = `
  export * from '${worker}/HeapSnapshotLoader.js'
  export * from '${worker}/HeapSnapshot.js'`

// Translations are not in the package, and not needed for the numbers.
const silent = `
  const words = new Proxy(() => {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : words), apply: () => words })
  export const i18n = words, ByteUtilities = words, DevToolsLocale = words, NumberFormatter = words, TimeUtilities = words`

const bundle = await rolldown({
  input: 'entry',
  platform: 'node',
  plugins: [
    {
      name: 'devtools',
      resolveId: id => (id === 'entry' ? '\0entry' : id.endsWith('/i18n.js') ? '\0silent' : undefined),
      load: id => ({ '\0entry': entry, '\0silent': silent })[id],
    },
  ],
})
await bundle.write({ dir: folder, entryFileNames: 'worker.mjs', chunkFileNames: '[name].mjs' })
