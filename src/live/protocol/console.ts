import type { Connection } from './connection.js'

/**
 * Has V8 let go of what the program has given to `console`. While a session of any debugger is there V8 keeps the arguments of up to a
 * thousand calls, and when it has gone, too, until the program ends: a service that logs objects seems to leak them, and does. Another
 * debugger that is connected has been told of them already. Not waited for.
 */
export function forgetConsole({ post }: Pick<Connection, 'post'>): void {
  post('Runtime.discardConsoleEntries')
}
