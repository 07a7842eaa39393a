import type { Connection } from './connection.js'

/**
 * Makes V8 release what the program has passed to `console`. During a debugger session V8 keeps the arguments of up to
 * a thousand calls, and does not release them after the session: a service that logs objects then really leaks them.
 * Other connected debuggers have received the calls already. Returns without waiting.
 */
export function forgetConsole({ post }: Pick<Connection, 'post'>): void {
  post('Runtime.discardConsoleEntries')
}
