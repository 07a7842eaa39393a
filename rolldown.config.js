/**
 * The command line in as few files as it has occasions to load them: two hundred modules take longer to find and link than a small
 * heap to read. Made of what tsc wrote and put in its place, so that a build of `tsc` alone works too. Names and comments stay, and with
 * them the stack of an error says where it was.
 */
export default {
  input: 'dist/cli/run.js',
  platform: 'node',
  external: /^[^./]/,
  output: { dir: 'dist/cli', cleanDir: true, chunkFileNames: '[name].js' },
}
