// The TypeScript compiler, in JavaScript, after checking a program.
const { createRequire } = require('node:module')

const checker = createRequire(require.resolve('@arethetypeswrong/cli/package.json'))
const ts = createRequire(checker.resolve('@arethetypeswrong/core/package.json'))('typescript')
const source = `
  interface Session { readonly user: string; next?: Session }
  export const sessions = new Map<string, Session>()
  export const users = [...sessions.values()].map(({ user, next }) => [user, next?.user ?? ''] as const)
`
const options = { strict: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts'], types: [] }
const host = ts.createCompilerHost(options)
const { readFile, fileExists } = host
host.fileExists = name => name === 'sessions.ts' || fileExists(name)
host.readFile = name => (name === 'sessions.ts' ? source : readFile(name))
const program = ts.createProgram(['sessions.ts'], options, host)
ts.getPreEmitDiagnostics(program)
// Before Node.js 22, a snapshot counts the lines of a file for every function, unless they have been counted.
try {
  ts.createProgram()
} catch ({ stack }) {
  globalThis.stack = stack
}
module.exports = { program, checker: program.getTypeChecker() }
