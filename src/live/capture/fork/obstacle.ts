import { existsSync } from 'node:fs'
import { arch, platform } from 'node:process'
import { packageFile } from '../../../package-file.js'
import { runsOnMusl } from '../../linux/c-library.js'
import type { Target } from '../../target.js'

/** Where the addon for this platform, with glibc or musl, lies in the package or the checkout, whether it was built or not. */
export function addonFile(onMusl = false): string {
  return packageFile(`prebuilt/${platform}-${arch}${onMusl ? '-musl' : ''}/fork-capture.node`)
}

/**
 * Why a target cannot be captured by fork, as far as can be told without touching it; `undefined` when nothing speaks against it.
 * What only the target itself can say (that it takes no addons, say) comes out when it is tried.
 */
export function forkObstacle(target: Pick<Target, 'pid'>): string | undefined {
  if (platform !== 'linux') return `capture by fork needs Linux, this is ${platform}`
  if (target.pid === null) return 'capture by fork needs a process of this machine'
  const onMusl = runsOnMusl(target.pid)
  if (existsSync(addonFile(onMusl))) return undefined
  return onMusl
    ? `it runs on musl (Alpine), and there is no addon for capture by fork on ${platform}-${arch} with musl`
    : `there is no addon for capture by fork on ${platform}-${arch}`
}
