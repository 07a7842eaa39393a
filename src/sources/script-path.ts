import { fileURLToPath } from 'node:url'

/** The path of a script's file URL. Anything else (`node:fs`, a path, nonsense) is returned unchanged. */
export function plainPath(script: string): string {
  if (!script.startsWith('file:')) return script
  try {
    return fileURLToPath(script)
  } catch {
    return script
  }
}
