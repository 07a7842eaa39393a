/**
 * The end of a path, enough to know the file by: `src/store.js`, `express/lib/router.js` for a package's. Of a data: URL, which is the source
 * itself, its beginning.
 */
export function shortPath(file: string): string {
  if (file.startsWith('data:')) return file.length > longestUrl ? `${file.slice(0, longestUrl)}…` : file
  const inPackage = /(?:^|.*\/)node_modules\/(.*)$/s.exec(file)?.[1]
  if (inPackage !== undefined) return inPackage
  return file.startsWith('/') ? file.split('/').slice(-2).join('/') : file
}

const longestUrl = 50
