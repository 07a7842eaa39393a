import { setTimeout as wait } from 'node:timers/promises'
import { LeakscopeError } from '../errors.js'

/** Waits before the second and later attempts, in milliseconds. */
const backOff = [1000, 4000, 15_000, 60_000]
const timeout = 10_000

/** Parses a webhook URL. Errors: USAGE. */
export function parseWebhook(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new LeakscopeError('USAGE', `${text} is not a URL for a POST request`, {
    hint: 'Give an http or https URL.',
  })
}

/**
 * Posts JSON, with retries at growing intervals if the receiver is unreachable or answers 5xx or 429. Returns whether
 * it was accepted; never throws. `signal` ends the waits: then one last attempt is made.
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
