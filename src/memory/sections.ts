import { damaged } from './damage.js'
import type { Input } from './input.js'

/** A strong or weak reference from V8 or Node.js, outside the heap, to an object. */
export interface RootReference {
  readonly kind: number
  /** V8's name for it; `''` for none. */
  readonly label: string
  readonly to: number
  readonly isWeak: boolean
}

export async function readRoots(input: Input, nodes: number): Promise<RootReference[]> {
  const count = await input.number('the number of roots')
  const labels: string[] = ['']
  const roots: RootReference[] = []
  for (let root = 0; root < count; root++) {
    const begin = input.position
    const kind = await input.number('the kind of a root', 255)
    const label = await input.number('the label of a root', labels.length)
    if (label === labels.length) labels.push(await input.text('the label of a root', 1000))
    const reference = await input.number('the target of a root')
    const to = Math.floor(reference / 2)
    if (to >= nodes) throw damaged(begin, `a root refers to node ${to} of ${nodes}`)
    roots.push({ kind, label: labels[label]!, to, isWeak: reference % 2 === 1 })
  }
  return roots
}

/** The ids that V8 has assigned, by object; 0 for none. */
export async function readIds(input: Input, nodes: number): Promise<Uint32Array> {
  const ids = new Uint32Array(nodes)
  const zigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)
  let [object, id] = [0, 0]
  for (;;) {
    const begin = input.position
    const step = await input.number('the object of an id')
    if (step === 0) break
    object += step - 1
    id += zigzag(await input.number('an id'))
    if (object >= nodes || id < 1 || id >= 2 ** 32) throw damaged(begin, `node ${object} has id ${id}`)
    ids[object] = id
  }
  return ids
}

/** Node.js' objects outside the heap, and their references. */
export interface EmbedderGraph {
  readonly nodes: readonly EmbedderNode[]
  /** `from` and `to` are twice the number of a heap node, or twice that of an embedder node plus one. */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly name: string }[]
}

export interface EmbedderNode {
  readonly name: string
  readonly size: number
  readonly isRoot: boolean
  readonly detachedness: number
  /** Its wrapper object in the heap. */
  readonly wrapper: number | undefined
}

export async function readEmbedder(input: Input, objects: number): Promise<EmbedderGraph> {
  const nodes: EmbedderNode[] = []
  const count = await input.number("the number of Node.js' nodes")
  for (let node = 0; node < count; node++) {
    const prefix = await input.text("the prefix of one of Node.js' nodes", 1000)
    const name = await input.text("the name of one of Node.js' nodes", 10_000)
    const size = await input.number("the size of one of Node.js' nodes")
    const flags = await input.byte("the flags of one of Node.js' nodes")
    const wrapper = (await input.number("the wrapper of one of Node.js' nodes", objects)) - 1
    nodes.push({
      name: prefix === '' ? name : `${prefix} ${name}`,
      size,
      isRoot: (flags & 1) === 1,
      detachedness: Math.min(2, flags >>> 1),
      wrapper: wrapper < 0 ? undefined : wrapper,
    })
  }
  const edges: EmbedderGraph['edges'][number][] = []
  const edgeCount = await input.number("the number of Node.js' references")
  for (let edge = 0; edge < edgeCount; edge++) {
    const begin = input.position
    const [from, to] = [
      await input.number('the source of a reference'),
      await input.number('the target of a reference'),
    ]
    for (const end of [from, to])
      if (Math.floor(end / 2) >= (end % 2 === 1 ? nodes.length : objects))
        throw damaged(begin, `a reference of Node.js has the end ${end}`)
    edges.push({ from, to, name: await input.text('the name of a reference', 10_000) })
  }
  return { nodes, edges }
}
