import { environment, type ProcessFacts } from './facts.js'

/** The command line of a Node.js process, split into Node.js's own options and the script. */
export interface StartArguments {
  /** Options of Node.js, normalized to `--some-name=value` or `--some-name`, without the script's arguments. */
  readonly options: readonly string[]
  /** The script, `-` for stdin or `-e`, `-p`; `undefined` when there is none. */
  readonly script: string | undefined
}

/**
 * Splits a command line as Node.js does: its options end at the first argument that is none, or at `--`. A program that
 * sets `process.title` overwrites its command line, which is then useless.
 */
export function startArguments([, ...args]: readonly string[]): StartArguments {
  const { options, end } = readOptions(args)
  const evaluates = options.map(option => option.replace(/=.*/s, '')).findLast(option => EVALUATES.test(option))
  const rest = args.slice(end)
  return { options, script: evaluates ?? (rest[0] === '--' ? rest[1] : rest[0]) }
}

/**
 * Options of Node.js that a process was started with: those of `NODE_OPTIONS`, then the command line's. The last one
 * wins.
 */
export function startOptions({ pid, commandLine }: Pick<ProcessFacts, 'pid' | 'commandLine'>): string[] {
  return [...optionsIn(environment(pid, 'NODE_OPTIONS') ?? ''), ...startArguments(commandLine).options]
}

/** The options in a value of `NODE_OPTIONS`: separated by spaces, except in quotes. */
export function optionsIn(text: string): string[] {
  const args = (text.match(/(?:"(?:\\.|[^"\\])*"?|[^ "])+/gs) ?? []).map(arg =>
    arg.replace(/"((?:\\.|[^"\\])*)"?/gs, (_, quoted: string) => quoted.replace(/\\(.)/gs, '$1')),
  )
  return readOptions(args.filter(arg => arg !== '')).options
}

// Options up to the first argument that is none; `end` is its index.
function readOptions(args: readonly string[]): { options: string[]; end: number } {
  const options: string[] = []
  let end = 0
  for (; end < args.length && args[end] !== '--' && /^-./s.test(args[end]!); end++) {
    const [option, next] = [dashed(args[end]!), args[end + 1]]
    const takes = (EVALUATES.test(option) || TAKES_NEXT.has(option)) && next !== undefined && !next.startsWith('-')
    options.push(takes ? `${option}=${next}` : option)
    if (takes) end++
  }
  return { options, end }
}

const dashed = (arg: string): string =>
  arg.startsWith('--') ? arg.replace(/^[^=]*/, name => name.replaceAll('_', '-')) : arg

const EVALUATES = /^(-e|--eval|-p|--print|-pe)$/

// Options whose value may be the next argument, from `node --help` of Node.js 18 to 26.
const TAKES_NEXT = new Set(
  `-r --require --import --loader --experimental-loader -C --conditions --title --run --allow-fs-read --allow-fs-write
  --bench-isolation --bench-name-pattern --bench-reporter --bench-reporter-destination --bench-samples --bench-warmup
  --build-sea --build-snapshot-config --cpu-prof-dir --cpu-prof-interval --cpu-prof-name --debug-port --diagnostic-dir
  --disable-proto --disable-warning --dns-result-order --env-file --env-file-if-exists --experimental-config-file
  --experimental-default-type --experimental-package-map --experimental-policy --experimental-sea-config
  --experimental-specifier-resolution --experimental-test-isolation --experimental-test-tag-filter
  --es-module-specifier-resolution --heap-prof-dir --heap-prof-interval --heap-prof-name --heapsnapshot-near-heap-limit
  --heapsnapshot-signal --icu-data-dir --input-type --inspect-port --inspect-publish-uid --localstorage-file
  --max-http-header-size --max-old-space-size-percentage --network-family-autoselection-attempt-timeout --openssl-config
  --policy-integrity --process-timeout --redirect-warnings --report-dir --report-directory --report-filename --report-signal
  --secure-heap --secure-heap-min --security-revert --snapshot-blob --test-concurrency --test-coverage-branches --test-coverage-exclude
  --test-coverage-functions --test-coverage-include --test-coverage-lines --test-global-setup --test-isolation
  --test-name-pattern --test-random-seed --test-reporter --test-reporter-destination --test-rerun-failures --test-shard
  --test-skip-pattern --test-timeout --tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern --trace-require-module
  --unhandled-rejections --use-largepages --v8-pool-size --vfs-load --watch-kill-signal --watch-path`.split(/\s+/),
)
