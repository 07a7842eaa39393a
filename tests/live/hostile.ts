import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../support/folder.js'
import { launch, type Program } from './start.js'

/** Whether targets of another user can be started. */
export const isRoot: boolean = process.geteuid?.() === 0

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

/**
 * Starts a program of `fixtures/hostile/`, as another user if possible, from a folder that everybody can read: another user cannot read
 * a private checkout. Waits until it reports that it is ready.
 */
export async function startHostile(
  script: string,
  words: readonly string[],
  { node = process.execPath, flags = [] }: { node?: string; flags?: readonly string[] } = {},
): Promise<Program & { readonly said: readonly string[] }> {
  const folder = temporaryFolder()
  chmodSync(folder, 0o755)
  const path = join(folder, script)
  copyFileSync(fileURLToPath(new URL(`../../fixtures/hostile/${script}`, import.meta.url)), path)
  const program = launch([...(isRoot ? NOBODY : []), node, ...flags, path, ...words], { cwd: folder })
  const said: string[] = []
  while (said.at(-1) !== 'ready') said.push(await program.line())
  return Object.assign(program, { said })
}
