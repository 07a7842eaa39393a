/** The end of a path that identifies the file: `src/store.js`, or `express/lib/router.js` in a package. */
export function shortPath(file: string): string {
  const inPackage = /(?:^|.*\/)node_modules\/(.*)$/s.exec(file)?.[1]
  if (inPackage !== undefined) return inPackage
  return file.startsWith('/') ? file.split('/').slice(-2).join('/') : file
}
