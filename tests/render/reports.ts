import type { Envelope, Look } from '../../src/render/format.js'
import type { Drawing, DrawnEdge, DrawnNode, NodeRole, Report, Section } from '../../src/report/report.js'

/** A report of the given sections. */
export function reportOf(...sections: Section[]): Report {
  return { title: 'Test', sections, notes: [] }
}

export const noEnvelope: Envelope = { command: 'refs', target: null, heaps: [] }
export const plainLook: Look = { color: false, width: 100 }

/** The article's a and b: two arrays that retain each other. */
export const cycle: Drawing = {
  shape: 'drawing',
  title: 'References from Array @1203',
  direction: 'refs',
  nodes: [
    { id: 1203, type: 'Array', label: '4 items', shallow: 16, retained: 128, role: 'asked', depth: 0 },
    { id: 1205, type: 'Array', label: '4 items', shallow: 16, retained: 128, role: 'plain', depth: 1 },
  ],
  edges: [
    { from: 1203, to: 1205, type: 'element', label: '[3]' },
    { from: 1205, to: 1203, type: 'element', label: '[3]' },
  ],
}

/** A module's Map of sessions, drawn from one of them: backrefs with every role, a weak and an internal edge and a stub. */
export const sessions: Drawing = {
  shape: 'drawing',
  title: 'What refers to Session @3001',
  direction: 'backrefs',
  nodes: [
    { id: 3001, type: 'Session', label: '4 keys', shallow: 64, retained: 4_302, role: 'asked', depth: 0, retainers: 3 },
    { id: 2001, type: 'Map', label: '1,203 items', shallow: 32, retained: 5_242_880, role: 'highlight', depth: 1 },
    {
      id: 2002,
      type: '(closure)',
      label: 'onTimeout  src/session.ts:31:7',
      shallow: 64,
      retained: 96,
      role: 'plain',
      depth: 1,
    },
    { id: 2003, type: 'WeakMap', label: '12 items', shallow: 24, retained: 2_048, role: 'plain', depth: 1 },
    { id: 1501, type: 'Timeout', label: 'every 30000 ms', shallow: 120, retained: 216, role: 'plain', depth: 2 },
    { id: 1502, type: 'Node / Environment', label: '', shallow: 0, retained: 9_000, role: 'native', depth: 2 },
    { id: 1001, type: 'Module', label: 'src/store.ts', shallow: 88, retained: 6_000_000, role: 'module', depth: 2 },
    { id: 'more-2002', type: '', label: '412 more backreferences', shallow: 0, retained: 0, role: 'more', depth: 2 },
    { id: 1, type: '(GC roots)', label: '', shallow: 0, retained: 7_340_032, role: 'root', depth: 3 },
  ],
  edges: [
    { from: 2001, to: 3001, type: 'internal', label: '["user-7"]' },
    { from: 2002, to: 3001, type: 'context', label: '->session' },
    { from: 2003, to: 3001, type: 'weak', label: '[[WeakMap key]]' },
    { from: 1001, to: 2001, type: 'property', label: '.sessions' },
    { from: 1501, to: 2002, type: 'property', label: '._onTimeout' },
    { from: 1502, to: 2003, type: 'hidden', label: '{7}' },
    { from: 'more-2002', to: 2002, type: 'property', label: '' },
    { from: 1, to: 1001, type: 'property', label: '.cache' },
    { from: 1, to: 1501, type: 'element', label: '[12]' },
    { from: 3001, to: 1501, type: 'property', label: '.timer' },
  ],
}

/** A large drawing from a fixed sequence, with every role, stubs and cross references. */
export function crowd(count: number, across: number = count / 4): Drawing {
  let state = 7
  const below = (limit: number) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * limit)
  }
  const types = ['Session', 'Array', 'Object', 'Map', '(closure)', '(string)', 'IncomingMessage', 'system / Context']
  const roles: NodeRole[] = ['plain', 'plain', 'plain', 'plain', 'module', 'native', 'highlight', 'root']
  const nodes: DrawnNode[] = []
  const edges: DrawnEdge[] = []
  for (let id = 0; id < count; id++) {
    const on = id === 0 ? undefined : nodes[below(Math.min(id, 14))]!
    const role = id === 0 ? 'asked' : roles[below(roles.length)]!
    const [shallow, retained] = [16 + below(200), 300 + below(1 << (10 + below(12)))]
    nodes.push({
      id,
      type: types[below(types.length)]!,
      label: `${below(2000)} items`,
      shallow,
      retained,
      role,
      depth: on ? on.depth + 1 : 0,
    })
    const kinds = ['property', 'property', 'element', 'internal', 'context', 'weak'] as const
    const type = kinds[below(kinds.length)]!
    const labels = {
      property: '.payload',
      element: `[${below(99)}]`,
      internal: '{table}',
      context: '->request',
      weak: '[[key]]',
    }
    if (on) edges.push({ from: on.id, to: id, type, label: labels[type] })
  }
  for (let k = 0; k < across; k++)
    edges.push({ from: below(count), to: below(count), type: 'property', label: `.x${k}` })
  for (let id = 3; id < count; id += 13) {
    const more = `more-${id}`
    nodes.push({
      id: more,
      type: '',
      label: `${12 + below(900)} more references`,
      shallow: 0,
      retained: 0,
      role: 'more',
      depth: nodes[id]!.depth + 1,
    })
    edges.push({ from: id, to: more, type: 'property', label: '' })
  }
  return { shape: 'drawing', title: 'References from Session @0', direction: 'refs', nodes, edges }
}
