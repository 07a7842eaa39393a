import { existsSync } from 'node:fs'
import { addonFile } from '../../src/live/capture/fork/obstacle.js'

/** Whether the addon for capture by fork was built here: `npm ci` builds it where there is a C compiler. */
export const hasAddon: boolean = existsSync(addonFile())

/** Said in the titles of tests that need the addon, so that whoever sees them skipped sees why. */
export const unlessAddon: string = hasAddon ? '' : ' (skipped: no addon for capture by fork was built here)'
