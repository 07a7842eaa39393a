import type { Analysis } from './ask/analysis.js'
import { atAnalysis } from './at.js'
import { closuresAnalysis } from './closures.js'
import { collectionsAnalysis } from './collections.js'
import { countAnalysis } from './count.js'
import { cyclesAnalysis } from './cycles.js'
import { dominatorsAnalysis } from './dominators.js'
import { findAnalysis } from './find.js'
import { growthAnalysis } from './growth.js'
import { leaksAnalysis } from './leaks.js'
import { listenersAnalysis } from './listeners.js'
import { nativeHeldAnalysis } from './native-held.js'
import { newIdsAnalysis } from './new-ids.js'
import { overviewAnalysis } from './overview.js'
import { pathAnalysis } from './path.js'
import { promisesAnalysis } from './promises.js'
import { queryAnalysis } from './query.js'
import { backrefsAnalysis, refsAnalysis } from './refs.js'
import { shapesAnalysis } from './shapes.js'
import { stringsAnalysis } from './strings.js'
import { suspectsAnalysis } from './suspects.js'
import { timersAnalysis } from './timers.js'
import { typesAnalysis } from './types.js'

/** All analyses, in the order of the help. */
export const analyses: readonly Analysis[] = [
  overviewAnalysis,
  typesAnalysis,
  countAnalysis,
  growthAnalysis,
  newIdsAnalysis,
  findAnalysis,
  atAnalysis,
  queryAnalysis,
  refsAnalysis,
  backrefsAnalysis,
  pathAnalysis,
  dominatorsAnalysis,
  suspectsAnalysis,
  nativeHeldAnalysis,
  cyclesAnalysis,
  leaksAnalysis,
  stringsAnalysis,
  shapesAnalysis,
  collectionsAnalysis,
  closuresAnalysis,
  listenersAnalysis,
  timersAnalysis,
  promisesAnalysis,
]
