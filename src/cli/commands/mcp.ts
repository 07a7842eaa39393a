import { Command } from 'commander'
import { changed, type Io } from '../io.js'
import { withStorageOptions } from '../storage.js'
import { version } from '../version.js'

interface Options {
  readonly redact?: boolean
  readonly allow?: readonly string[]
}

/** `leakscope mcp`: an MCP server for coding agents. It is loaded only by this command. */
export function mcpCommand(io: Io): Command {
  const command = new Command('mcp')
    .description('An MCP server on stdin and stdout, for coding agents: processes, checks, heaps, reports.')
    .option('--redact', 'leave string contents out of every answer')
    .option('--allow <folder...>', 'folders whose files may be used, besides this one and --dir')
    .addHelpText(
      'after',
      `
Examples:
  claude mcp add leakscope -- npx leakscope mcp
  codex mcp add leakscope -- npx leakscope mcp`,
    )
  return withStorageOptions(command).action(async ({ redact = false, allow = [] }: Options) => {
    const [{ serve }, { allowedPaths }, { estimates }, { snapshotFolder }] = await Promise.all([
      import('../../mcp/server.js'),
      import('../../mcp/allowed-paths.js'),
      import('../../mcp/estimates.js'),
      import('../heap-source.js'),
    ])
    const serving = {
      io: changed(io, { troubles: [] }),
      redact,
      paths: allowedPaths(io.cwd, [io.cwd, snapshotFolder(io), ...allow]),
      estimates: estimates(),
    }
    await serve(serving, version(), io.stdin, io.stdout)
  })
}
