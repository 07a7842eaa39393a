import { accept, type Schema } from './schema.js'

/** Event listeners of one inspector session. */
export interface Events {
  /**
   * Calls `listener` with the parameters of each such event after checking them against `params`. Returns a function
   * that removes the listener.
   */
  on<T>(event: string, params: Schema<T>, listener: (params: T) => void): () => void
  /** Calls all listeners. Errors: ATTACH when the parameters do not match the schema of one of them. */
  emit(event: string, params: object): void
  /** Removes all listeners. */
  end(): void
}

/** Events of a session with `name`, in the order of their arrival. */
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
