import http from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { LeakscopeError } from '../errors.js'

/** The load for a service on this machine. */
export interface HttpLoadOptions {
  /** `{n}` in it is replaced by the number of the request. */
  readonly url: string
  /** Requests per round. */
  readonly requests: number
  /** Maximum requests per second; `undefined`: as many as the connections allow. */
  readonly rate?: number | undefined
  readonly concurrency: number
  readonly signal: AbortSignal
}

/** Latencies of requests, in milliseconds; `null` without any answer. */
export interface Answers {
  readonly requests: number
  /** Requests without an answer, or with a status of 500 or more. */
  readonly lost: number
  readonly p50: number | null
  readonly p99: number | null
  readonly slowest: number | null
}

/** Bounded HTTP load for a service on this machine. */
export interface HttpLoad extends AsyncDisposable {
  /** Makes one round of requests, until the signal ends it. Errors: USAGE if no request was answered. */
  round(ends?: AbortSignal): Promise<void>
  /**
   * Keeps requesting at a low rate until the returned function is called, to measure the effect of a capture on
   * clients. Answers that arrive while this process is busy are left out, since that delay is ours.
   */
  probe(): () => Promise<void>
  readonly answers: Answers
  readonly whileCapturing: Answers
}

/**
 * With a rate, a latency counts from the time a request was due, not from when a connection was free, so that a pause
 * of the service counts for all requests that had to wait. Only loopback addresses over plain HTTP, since load on other
 * machines might do harm. Errors: USAGE.
 */
export function httpLoad(options: HttpLoadOptions): HttpLoad {
  const { url, requests, rate, concurrency, signal } = options
  refuseUnlessLoopback(url)
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency + 1 })
  const inRounds: Tally = { latencies: [], lost: 0 }
  const probing: Tally = { latencies: [], lost: 0 }
  let number = 0
  let answered = false
  const ask = async (tally: Tally, due: number, ends = signal, wasBusy?: Delay['since']): Promise<void> => {
    const address = new URL(url.replaceAll('{n}', String(++number)))
    if (await isAnswered(address, agent, ends)) {
      if (wasBusy?.(due) !== true) tally.latencies.push(performance.now() - due)
    } else if (!ends.aborted) tally.lost++
  }
  return {
    async round(ends = signal) {
      if (!answered) await untilAnswered(new URL(url.replaceAll('{n}', '0')), agent, ends)
      answered = true
      const start = performance.now()
      let sent = 0
      const client = async (): Promise<void> => {
        while (sent < requests) {
          ends.throwIfAborted()
          const due = rate === undefined ? performance.now() : start + (sent * 1000) / rate
          sent++
          const early = due - performance.now()
          if (early > 1) await wait(early, undefined, { signal: ends })
          await ask(inRounds, due, ends)
        }
      }
      await Promise.all(Array.from({ length: concurrency }, client))
    },
    probe() {
      let open = true
      const delay = ownDelay()
      const asking = (async () => {
        for (let due = performance.now(); open && !signal.aborted; due += PROBE_EVERY) {
          const early = due - performance.now()
          if (early > 1) await wait(early)
          if (open) await ask(probing, Math.max(due, performance.now() - PROBE_EVERY), signal, delay.since)
        }
      })()
      return async () => {
        open = false
        await asking
        delay.stop()
      }
    },
    get answers() {
      return summed(inRounds)
    },
    get whileCapturing() {
      return summed(probing)
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
    },
  }
}

interface Tally {
  readonly latencies: number[]
  lost: number
}

/** Whether this process was too busy to handle events. */
interface Delay {
  /** Since a moment (of `performance.now()`) until now. */
  readonly since: (moment: number) => boolean
  readonly stop: () => void
}

function ownDelay(): Delay {
  let last = performance.now()
  let lastDelay = Number.NEGATIVE_INFINITY
  const look = (): void => {
    const now = performance.now()
    if (now - last > TICK + MOST_DELAY) lastDelay = now
    last = now
  }
  const timer = setInterval(look, TICK)
  return {
    since(moment) {
      look()
      return lastDelay >= moment
    },
    stop: () => clearInterval(timer),
  }
}

const TICK = 5
const MOST_DELAY = 15
const PROBE_EVERY = 200
const REQUEST_TIMEOUT = 10_000
const START_TIMEOUT = 30_000

function refuseUnlessLoopback(url: string): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  if (protocol === 'http:' && /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/.test(hostname)) return
  throw new LeakscopeError('USAGE', `--url takes an http URL of a service on this machine, not ${url}`, {
    hint: 'Give a URL such as http://127.0.0.1:3000/; for anything else use --load with a load generator.',
  })
}

function isAnswered(address: URL, agent: http.Agent, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const request = http.get(address, { agent, timeout: REQUEST_TIMEOUT, signal }, response => {
      response.resume()
      response.once('end', () => resolve(response.statusCode! < 500))
      response.once('error', () => resolve(false))
    })
    request.once('timeout', () => request.destroy())
    request.once('error', (error: NodeJS.ErrnoException) => {
      // A service may close an idle connection just as we reuse it: the request did not arrive, and is sent again.
      const wasClosed = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      resolve(wasClosed ? isAnswered(address, agent, signal) : false)
    })
  })
}

// A program that leakscope has just started may not listen yet.
async function untilAnswered(address: URL, agent: http.Agent, signal: AbortSignal): Promise<void> {
  const end = performance.now() + START_TIMEOUT
  while (!(await isAnswered(address, agent, signal))) {
    signal.throwIfAborted()
    if (performance.now() > end) {
      throw new LeakscopeError('USAGE', `nothing answers at ${address.href}`, {
        hint: 'Check that the service runs, and that --url is one of its URLs.',
      })
    }
    await wait(100, undefined, { signal })
  }
}

function summed({ latencies, lost }: Tally): Answers {
  const sorted = [...latencies].sort((a, b) => a - b)
  const at = (share: number): number | null => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
  return { requests: latencies.length + lost, lost, p50: at(0.5), p99: at(0.99), slowest: at(1) }
}
