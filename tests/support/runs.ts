/** The share of its runs that a property test makes: 1 in `npm test`, a twentieth in `npm run test:quick`. */
const factor = Number(process.env.LEAKSCOPE_TEST_RUNS ?? 1)

/** The number of runs of a property test, at least five: `{ numRuns: runs(2000) }`. */
export const runs = (all: number): number => Math.max(5, Math.round(all * factor))
