import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The program that shows dot files interactively, as in objgraph: xdot, if it is installed and there is a display.
 * Append the file to `args`.
 */
export function findViewer(
  env: Readonly<Record<string, string | undefined>>,
): { readonly command: string; readonly args: readonly string[] } | undefined {
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined
  const command = (env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map(folder => join(folder, 'xdot'))
    .find(executable)
  return command === undefined ? undefined : { command, args: [] }
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
