import { fileURLToPath } from 'node:url'

/** A script's URL as the path it stands for. What is no file's URL (`node:fs`, a path already, nonsense) stays as it is. */
export function plainPath(script: string): string {
  if (!script.startsWith('file:')) return script
  try {
    return fileURLToPath(script)
  } catch {
    return script
  }
}
