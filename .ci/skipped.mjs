#!/usr/bin/env node
// Says how many tests a run passed and skipped, and which it skipped, from vitest's JSON reports: the reason stands in their titles.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const testResults = process.argv.slice(2).flatMap(path => JSON.parse(readFileSync(path, 'utf8')).testResults)
const tests = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ status, fullName }) => ({ status, title: `${relative(process.cwd(), name)}: ${fullName}` })),
)
const skipped = tests.filter(({ status }) => status === 'pending' || status === 'skipped' || status === 'todo')
console.log(`${tests.filter(({ status }) => status === 'passed').length} tests passed, ${skipped.length} skipped.`)
for (const { title } of skipped) console.log(`  skipped: ${title}`)
