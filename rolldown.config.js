/**
 * The command line in as few files as it has occasions to load them: two hundred modules take longer to find and link than a small
 * heap to read. Made of what tsc wrote and put in its place, so that a build of `tsc` alone works too. Names and comments stay, and with
 * them the stack of an error says where it was.
 */
export default {
  input: 'dist/cli/run.js',
  platform: 'node',
  // The agent server's packages are put in: with their types and second builds they would be more than all of leakscope.
  external: id => /^[^./]/.test(id) && !/^(@modelcontextprotocol\/|zod)/.test(id),
  output: { dir: 'dist/cli', cleanDir: true, chunkFileNames: '[name].js' },
}
