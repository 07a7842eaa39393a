import { setTimeout as wait } from 'node:timers/promises'
import { LeakscopeError } from '../errors.js'

/** Waits before the second try and those after it, in milliseconds. */
const backOff = [1000, 4000, 15_000, 60_000]
const timeout = 10_000

/** A POST address. Errors: USAGE. */
export function parseWebhook(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new LeakscopeError('USAGE', `${text} is not an address that can be posted to`, {
    hint: 'Give an http or https URL.',
  })
}

/**
 * Posts JSON, again and again with longer waits between where the receiver is not there or answers with an error of its own (5xx, 429).
 * Gives whether it was taken; never throws. `signal` ends the waits: one more try is made then.
 */
export async function postWithRetry(url: string, body: object, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 0; ; attempt++) {
    const answer = await post(url, body)
    if (answer !== 'again') return answer === 'taken'
    const pause = backOff[attempt]
    if (pause === undefined || signal.aborted) return false
    await wait(pause, undefined, { signal }).catch(() => {})
  }
}

async function post(url: string, body: object): Promise<'taken' | 'refused' | 'again'> {
  try {
    const { status, ok } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    })
    if (ok) return 'taken'
    return status >= 500 || status === 429 ? 'again' : 'refused'
  } catch {
    return 'again'
  }
}
