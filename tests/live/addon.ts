import { existsSync } from 'node:fs'
import { addonFile } from '../../src/live/capture/fork/obstacle.js'

/** Whether the addon for capture by fork was built: `npm ci` builds it if there is a C compiler. */
export const hasAddon: boolean = existsSync(addonFile())

/** Shown in the titles of tests that need the addon, as the reason for skipping them. */
export const unlessAddon: string = hasAddon ? '' : ' (skipped: no addon for capture by fork was built here)'

const musl = process.env.LEAKSCOPE_MUSL_NODE

/** A Node.js that runs on musl, if there is one and the addon was built for it; `.ci/fetch-musl-node <folder>` creates `<folder>/node`. */
export const muslNode: string | undefined =
  musl !== undefined && existsSync(musl) && existsSync(addonFile(true)) ? musl : undefined
export const unlessMusl: string =
  muslNode === undefined ? ' (skipped: LEAKSCOPE_MUSL_NODE names no Node.js, or no addon for musl was built)' : ''
