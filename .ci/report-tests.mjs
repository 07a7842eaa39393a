#!/usr/bin/env node
// Prints the numbers of passed, skipped and failed tests, the skipped ones (their titles have the reason), and at the end, where readers
// of a log look first, the failures. Reads vitest's JSON reports; exits with 1 if a test failed or a report is missing.
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

const reports = process.argv.slice(2)
const missing = reports.filter(path => !existsSync(path))
const testResults = reports
  .filter(path => existsSync(path))
  .flatMap(path => JSON.parse(readFileSync(path, 'utf8')).testResults)
const titleOf = (file, title) => `${relative(process.cwd(), file)}: ${title}`
const tests = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ status, fullName, failureMessages }) => ({
    status,
    title: titleOf(name, fullName),
    failureMessages,
  })),
)
// A file that could not be loaded, or whose hooks failed, has a message of its own.
const brokenFiles = testResults
  .filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(test => test.status === 'failed'),
  )
  .map(({ name, message }) => ({ title: titleOf(name, 'the file'), failureMessages: [message] }))

const skipped = tests.filter(({ status }) => status === 'pending' || status === 'skipped' || status === 'todo')
const failed = [...tests.filter(({ status }) => status === 'failed'), ...brokenFiles]
console.log(
  `${tests.filter(({ status }) => status === 'passed').length} tests passed, ${skipped.length} skipped, ${failed.length} failed.`,
)
for (const { title } of skipped) console.log(`  skipped: ${title}`)
for (const path of missing) console.log(`  no report, cut off or crashed: ${path}`)
for (const { title, failureMessages } of failed) {
  console.log(`  failed: ${title}`)
  for (const message of failureMessages) console.log(`    ${message.split('\n').slice(0, 12).join('\n    ')}`)
}
process.exitCode = failed.length > 0 || missing.length > 0 ? 1 : 0
