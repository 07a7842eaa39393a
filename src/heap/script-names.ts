/** The end of a path, enough to know the file by: `src/store.js`, `express/lib/router.js` for a package's. */
export function shortPath(file: string): string {
  const inPackage = /(?:^|.*\/)node_modules\/(.*)$/s.exec(file)?.[1]
  if (inPackage !== undefined) return inPackage
  return file.startsWith('/') ? file.split('/').slice(-2).join('/') : file
}
