import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import CDP from 'chrome-remote-interface'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { html } from '../../src/render/html.js'
import type { Excerpt } from '../../src/report/excerpt.js'
import type { Explorable } from '../../src/report/explorable.js'
import type { Report, Table } from '../../src/report/report.js'
import { plainLook, sessions } from './reports.js'

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(name => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})

const HOSTILE = '</script><img src=x onerror=alert(1)><!-- <svg onload=alert(2)> \u202e'

const table: Table = {
  shape: 'table',
  title: 'Types',
  columns: [
    { key: 'type', title: 'Type', unit: 'text' },
    { key: 'count', title: 'Count', unit: 'count' },
  ],
  rows: Array.from({ length: 3000 }, (_, at) => ({
    type: at === 7 ? HOSTILE : `Type${at}`,
    count: (at * 7919) % 3001,
  })),
}

const explorable: Explorable = {
  nodes: [
    ['Session', HOSTILE, 'asked'],
    ['Map', '2 entries', 'plain'],
    ['Module', 'store.js', 'module'],
    ['Cart', 'items', 'plain'],
  ].map(([type, label, role], at) => ({
    id: at + 1,
    type: type!,
    label: label!,
    role: role as 'asked',
    shallow: 10,
    retained: 10_000 / (at + 1),
    place: at === 0 ? 'src/store.ts:12:3' : null,
    references: 1,
    retainers: 1,
  })),
  edges: [
    { from: 2, to: 1, label: '.sessions', type: 'property' },
    { from: 1, to: 0, label: HOSTILE, type: 'internal' },
    { from: 0, to: 3, label: '.cart', type: 'property' },
  ],
  path: [2, 1, 0],
}

const report: Report = {
  title: 'Leak check',
  headline: `Leaking: ${HOSTILE}`,
  sections: [sessions, table],
  notes: [HOSTILE],
  findings: { verdict: 'leaking' },
  profile: {
    startedAt: 0,
    seconds: 30,
    interval: 32_768,
    samples: [{ bytes: 4096, stack: [{ function: HOSTILE, file: HOSTILE, line: 1, column: 1 }] }],
  },
}

const excerpts: Excerpt[] = [
  {
    place: { file: HOSTILE, line: 2, column: 1 },
    path: `/app/${HOSTILE}`,
    from: 1,
    lines: ['before', HOSTILE, 'after'],
  },
]

describe.skipIf(browser === undefined)('a page in a browser (needs Chromium)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-page-'))
  let chromium: ChildProcess
  let client: CDP.Client
  const troubles: string[] = []

  beforeAll(async () => {
    const file = join(folder, 'page.html')
    writeFileSync(
      file,
      await html.render(
        report,
        { command: 'check', target: { pid: 1 }, heaps: [], explore: () => explorable, excerpts },
        plainLook,
      ),
    )
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}/profile`,
    ]
    chromium = spawn(browser!, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
    const port = await new Promise<number>(resolve => {
      let said = ''
      chromium.stderr!.on('data', part => {
        said += part
        const found = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(said)
        if (found !== null) resolve(Number(found[1]))
      })
    })
    client = await CDP({ port })
    client.Log.entryAdded(({ entry }) => troubles.push(entry.text))
    client.Runtime.exceptionThrown(({ exceptionDetails }) => troubles.push(exceptionDetails.text))
    client.Network.requestWillBeSent(({ request }) => {
      if (request.url !== pathToFileURL(file).href) troubles.push(`asks for ${request.url}`)
    })
    await Promise.all([client.Page.enable(), client.Runtime.enable(), client.Log.enable(), client.Network.enable({})])
    await client.Page.navigate({ url: pathToFileURL(file).href })
    await client.Page.loadEventFired()
  }, 60_000)

  afterAll(async () => {
    await client?.close()
    chromium?.kill('SIGKILL')
    await new Promise(resolve => (chromium === undefined ? resolve(0) : chromium.once('exit', resolve)))
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const run = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await client.Runtime.evaluate({
      expression,
      returnByValue: true,
      awaitPromise: true,
    })
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value as T
  }

  test('loads nothing, logs nothing to its console, and runs no string of the heap', async () => {
    expect(troubles).toEqual([])
    expect(await run('document.querySelectorAll("img, iframe, object, link").length')).toBe(0)
    expect(await run('document.querySelector(".headline").textContent')).toBe(
      `Leaking: ${HOSTILE.replace('\u202e', '\\u202e')}`,
    )
    expect(await run('document.body.innerText.includes("\u202e")')).toBe(false)
  })

  test('renders few of three thousand rows, sorts and filters all of them', async () => {
    const rows = `[...document.querySelectorAll('.window tbody tr:not(.spacer)')].map(row => row.cells[1].textContent)`
    expect((await run<string[]>(rows)).length).toBeLessThan(100)
    await run(`document.querySelectorAll('.window thead button')[1].click()`)
    expect((await run<string[]>(rows)).slice(0, 2)).toEqual(['3,000', '2,999'])
    expect(await run(`document.querySelectorAll('.window thead th')[1].getAttribute('aria-sort')`)).toBe('descending')
    await run(
      `(() => { const box = document.querySelector('input[aria-label^=filter]'); box.value = 'type2999'; box.dispatchEvent(new Event('input')) })()`,
    )
    expect(await run<string[]>(rows)).toHaveLength(1)
  })

  test('opens a drawing at the selected object', async () => {
    const inside = `(() => {
      const frame = document.querySelector('[data-role="asked"]').closest('figure').getBoundingClientRect()
      const text = document.querySelector('figure.drawing [data-role="asked"] text').getBoundingClientRect()
      return text.left >= frame.left && text.right <= frame.right && text.top >= frame.top && text.bottom <= frame.bottom
    })()`
    expect(await run(inside)).toBe(true)
  })

  test('has the source with a link that opens it, and the flame graph', async () => {
    expect(await run('document.querySelector("#source a").href')).toMatch(/^vscode:\/\/file\/app\/.*:2:1$/)
    expect(await run('document.querySelector("#source mark").textContent')).toMatch(/^2 /)
    expect(await run('document.querySelectorAll("#flame svg g").length')).toBe(2)
  })

  test('explores the heap by keys and by clicks', async () => {
    const shown = `[...document.querySelectorAll('#explorer g.object')].map(one => one.querySelector('text').textContent).sort()`
    expect(await run(shown)).toEqual(['Cart', 'Map', 'Module', 'Session'])
    const facts = `document.querySelector('#explorer h3').textContent`
    expect(await run(facts)).toBe('Session @1')
    await run(
      `document.querySelector('#explorer .frame').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))`,
    )
    expect(await run(facts)).toBe('Cart @4')
    await run(
      `[...document.querySelectorAll('#explorer .side p button')].find(one => one.textContent === 'Begin here').click()`,
    )
    expect(await run(shown)).toEqual(['Cart', 'Session'])
    await run(
      `(() => { const box = document.querySelector('#explorer input'); box.value = 'store.js'; box.dispatchEvent(new Event('input')) })()`,
    )
    await run(`document.querySelector('#explorer .results button').click()`)
    expect(await run(facts)).toBe('Module @3')
  })

  test('has no accessibility violation that axe finds, light, dark, wide and narrow', async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')
    await run(`${axe}; 0`)
    for (const [width, scheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      await client.Emulation.setDeviceMetricsOverride({ width, height: 900, deviceScaleFactor: 1, mobile: false })
      await client.Emulation.setEmulatedMedia({ features: [{ name: 'prefers-color-scheme', value: scheme }] })
      const faults = await run<string[]>(
        `axe.run(document).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ' ' + html.slice(0, 120))))`,
      )
      expect({ width, scheme, faults }).toEqual({ width, scheme, faults: [] })
      expect(await run('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
  })
})
