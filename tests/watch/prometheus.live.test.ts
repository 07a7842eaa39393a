import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { metricsOf, prometheusText } from '../../src/watch/metrics.js'
import { serve } from '../../src/watch/serve.js'
import { startCommand } from '../cli/staged/command.js'
import { start } from '../live/start.js'
import { temporaryFolder } from '../support/folder.js'
import { freePort } from '../support/receiver.js'
import { leakingState } from './states.js'

const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0

/** Prometheus, scraping these addresses every second; returns what a query finds, once it finds anything. */
async function prometheus(targets: readonly string[]) {
  const folder = temporaryFolder()
  const config = join(folder, 'prometheus.json')
  // YAML is a superset of JSON.
  const scrape = { job_name: 'leakscope', scrape_interval: '1s', static_configs: [{ targets }] }
  writeFileSync(config, JSON.stringify({ scrape_configs: [scrape] }))
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${folder}/tsdb`, `--web.listen-address=${address}`],
    { stdio: 'ignore' },
  )
  onTestFinished(async () => {
    const ended = once(child, 'exit')
    if (child.kill('SIGKILL')) await ended
  })
  return {
    async query(text: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
      const url = `http://${address}/api/v1/query?query=${encodeURIComponent(text)}`
      const ask = async () => {
        const answer = await fetch(url).catch(() => undefined)
        return answer?.ok ? ((await answer.json()) as { data: { result: [] } }).data.result : []
      }
      await expect.poll(ask, { timeout: 30_000, interval: 200 }).not.toEqual([])
      return ask()
    },
  }
}

test.skipIf(!hasPrometheus)('Prometheus scrapes a watch [skipped: prometheus is not installed]', async () => {
  const program = await start('idle.cjs')
  const watch = startCommand(
    ['watch', String(program.pid), '--schedule', '0 0 1 1 *', '--poll', '1s', '--listen', '127.0.0.1:0'],
    temporaryFolder(),
  )
  const [, watched] = await watch.said(/metrics at http:\/\/(\S+)\/metrics/)
  // A leak whose sentence contains everything that the format must escape.
  const headline = 'Map "sessions" in C:\\shop\\store.js\ngains 10 Session per round'
  await using served = await serve(
    { host: '127.0.0.1', port: 0 },
    {
      '/metrics': () => ({
        type: 'text/plain; version=0.0.4',
        text: prometheusText(metricsOf(leakingState(headline))),
      }),
    },
  )
  const { query } = await prometheus([watched!, new URL(served.address).host])

  const [memory] = await query(`leakscope_target_memory_bytes{kind="rss",instance="${watched}"}`)
  expect(Number(memory!.value[1])).toBeGreaterThan(10e6)
  expect(await query(`leakscope_target_up{instance="${watched}"}`)).toMatchObject([
    { metric: { script: expect.stringMatching(/idle\.cjs$/) }, value: [expect.anything(), '1'] },
  ])
  expect(await query('leakscope_suspect_bytes_per_hour')).toMatchObject([
    { metric: { fingerprint: '1162e3f634ac', status: 'new', headline }, value: [expect.anything(), '360000'] },
  ])
  expect(await query(`leakscope_checks_total{verdict="leaking",instance="${watched}"}`)).toMatchObject([
    { value: [expect.anything(), '0'] },
  ])
})
