import { damaged } from './damage.js'
import type { Input } from './input.js'

/** Something of V8's or Node.js' outside the heap that keeps an object, or only knows of it. */
export interface RootReference {
  readonly kind: number
  /** V8's word for it; `''` where it has none. */
  readonly label: string
  readonly to: number
  readonly isWeak: boolean
}

export async function readRoots(input: Input, nodes: number): Promise<RootReference[]> {
  const count = await input.number('where the roots are counted')
  const labels: string[] = ['']
  const roots: RootReference[] = []
  for (let root = 0; root < count; root++) {
    const begin = input.position
    const kind = await input.number('where a root has its kind', 255)
    const label = await input.number('where a root has its label', labels.length)
    if (label === labels.length) labels.push(await input.text('where a root has its label', 1000))
    const reference = await input.number('where a root has its reference')
    const to = Math.floor(reference / 2)
    if (to >= nodes) throw damaged(begin, `begins a root that leads to node ${to} of ${nodes}`)
    roots.push({ kind, label: labels[label]!, to, isWeak: reference % 2 === 1 })
  }
  return roots
}

/** The ids V8 has given out, by object; 0 for those that have none. */
export async function readIds(input: Input, nodes: number): Promise<Uint32Array> {
  const ids = new Uint32Array(nodes)
  const zigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)
  let [object, id] = [0, 0]
  for (;;) {
    const begin = input.position
    const step = await input.number('where an object has its id')
    if (step === 0) break
    object += step - 1
    id += zigzag(await input.number('where an id stands'))
    if (object >= nodes || id < 1 || id >= 2 ** 32) throw damaged(begin, `begins the id ${id} of node ${object}`)
    ids[object] = id
  }
  return ids
}

/** What Node.js says of its objects outside the heap. */
export interface EmbedderGraph {
  readonly nodes: readonly EmbedderNode[]
  /** From and to are a heap's node times two, or an embedder node times two, plus one. */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly name: string }[]
}

export interface EmbedderNode {
  readonly name: string
  readonly size: number
  readonly isRoot: boolean
  readonly detachedness: number
  /** The object that stands for it in the heap. */
  readonly wrapper: number | undefined
}

export async function readEmbedder(input: Input, objects: number): Promise<EmbedderGraph> {
  const nodes: EmbedderNode[] = []
  const count = await input.number("where Node.js' nodes are counted")
  for (let node = 0; node < count; node++) {
    const prefix = await input.text("where one of Node.js' nodes has its prefix", 1000)
    const name = await input.text("where one of Node.js' nodes has its name", 10_000)
    const size = await input.number("where one of Node.js' nodes has its size")
    const flags = await input.byte("where one of Node.js' nodes has its flags")
    const wrapper = (await input.number("where one of Node.js' nodes has its object", objects)) - 1
    nodes.push({
      name: prefix === '' ? name : `${prefix} ${name}`,
      size,
      isRoot: (flags & 1) === 1,
      detachedness: Math.min(2, flags >>> 1),
      wrapper: wrapper < 0 ? undefined : wrapper,
    })
  }
  const edges: EmbedderGraph['edges'][number][] = []
  const edgeCount = await input.number("where Node.js' references are counted")
  for (let edge = 0; edge < edgeCount; edge++) {
    const begin = input.position
    const [from, to] = [await input.number('where a reference begins'), await input.number('where a reference ends')]
    for (const end of [from, to])
      if (Math.floor(end / 2) >= (end % 2 === 1 ? nodes.length : objects))
        throw damaged(begin, `begins a reference that leads to ${end}`)
    edges.push({ from, to, name: await input.text('where a reference has its name', 10_000) })
  }
  return { nodes, edges }
}
