// The TypeScript compiler, in JavaScript, after checking a program: writes its heap while it retains everything.
//
//     node compiler.cjs <file to write>
const { createRequire } = require('node:module')
const { writeHeapSnapshot } = require('node:v8')

// The last version written in JavaScript, which the package checker depends on.
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
const problems = ts.getPreEmitDiagnostics(program)
if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, { ...host, getNewLine: () => '\n' }))

// Before Node.js 22, a snapshot searches the location of every function from the start of its file, unless the file's lines have been
// counted, for example for the stack of an error. For the 9 MB of the compiler, that is ten minutes or one second.
try {
  ts.createProgram()
} catch ({ stack }) {
  globalThis.stack = stack
}

globalThis.kept = { program, checker: program.getTypeChecker() }
writeHeapSnapshot(process.argv[2])
