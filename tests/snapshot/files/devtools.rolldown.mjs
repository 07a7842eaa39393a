// Bundles DevTools' heap snapshot worker. Its translations are left out: they are no part of the package, nor of the numbers.
const silent = `
  const words = new Proxy(() => {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : words), apply: () => words })
  export const i18n = words, ByteUtilities = words, DevToolsLocale = words, NumberFormatter = words, TimeUtilities = words`

export default {
  input: 'entry.ts',
  platform: 'node',
  output: { dir: 'worker' },
  plugins: [
    {
      name: 'silent',
      resolveId: id => (id.endsWith('/i18n.js') ? '\0silent' : undefined),
      load: id => (id === '\0silent' ? silent : undefined),
    },
  ],
}
