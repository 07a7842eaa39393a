import { existsSync } from 'node:fs'
import { arch, platform } from 'node:process'
import { packageFile } from '../../../package-file.js'
import { runsOnMusl } from '../../linux/c-library.js'
import type { Target } from '../../target.js'

/** The path of the addon for this platform, with glibc or musl, in the package or the checkout; it may not exist. */
export function addonFile(onMusl = false): string {
  return packageFile(`prebuilt/${platform}-${arch}${onMusl ? '-musl' : ''}/fork-capture.node`)
}

/**
 * Why a target cannot be captured by fork, as far as known without touching it; `undefined` if there is no obstacle.
 * Other obstacles, such as disabled addons, show in the attempt.
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
