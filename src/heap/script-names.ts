/** The end of a path, enough to know the file by: `src/store.js`, `express/lib/router.js` for a package's. */
export function shortPath(file: string): string {
  const inPackage = file.lastIndexOf('/node_modules/')
  if (inPackage >= 0) return file.slice(inPackage + '/node_modules/'.length)
  return file.startsWith('/') ? file.split('/').slice(-2).join('/') : file
}
