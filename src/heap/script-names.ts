/**
 * The end of a path that identifies the file: `src/store.js`, or `express/lib/router.js` in a package. A data: URL, which contains the
 * source, is cut after its beginning.
 */
export function shortPath(file: string): string {
  if (file.startsWith('data:')) return file.length > longestUrl ? `${file.slice(0, longestUrl)}…` : file
  const inPackage = /(?:^|.*\/)node_modules\/(.*)$/s.exec(file)?.[1]
  if (inPackage !== undefined) return inPackage
  return file.startsWith('/') ? file.split('/').slice(-2).join('/') : file
}

const longestUrl = 50
