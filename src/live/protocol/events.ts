import { accept, type Schema } from './schema.js'

/** Who listens for events of one inspector session. */
export interface Events {
  /** Calls `listener` with the parameters of each such event, once they are found to be what `params` says. */
  on<T>(event: string, params: Schema<T>, listener: (params: T) => void): () => void
  /** Tells all who listen. Errors: ATTACH, where the parameters are not what one of them expects. */
  emit(event: string, params: object): void
  /** Tells nobody any more. */
  end(): void
}

/** Events of a session that `name` sends, in the order in which they come. */
export function events(name: string): Events {
  const listeners = new Map<string, Set<(params: object) => void>>()
  return {
    on(event, schema, listener) {
      const all = listeners.get(event) ?? new Set()
      listeners.set(event, all)
      const checked = (params: object): void => listener(accept(schema, params, `${event} of ${name}`))
      all.add(checked)
      return () => void all.delete(checked)
    },
    emit(event, params) {
      for (const listener of listeners.get(event) ?? []) listener(params)
    },
    end: () => listeners.clear(),
  }
}
