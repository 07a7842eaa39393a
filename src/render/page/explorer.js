// @ts-check
/* global viewport */
// An explorer for a part of the heap: an object's references are on its right, its retainers on its left.
;(() => {
  const holder = document.getElementById('explorer')
  const text = document.getElementById('explorable')?.textContent
  if (holder === null || !text) return

  /** @typedef {{ id: number, type: string, label: string, shallow: number, retained: number, role: string, place: string | null, references: number, retainers: number }} Node */
  /** @type {{ nodes: Node[], edges: { from: number, to: number, label: string, type: string }[], path: number[] }} */
  const heap = JSON.parse(text)
  if (heap.nodes.length === 0) return
  const WIDTH = 210
  const HEIGHT = 44
  const COLUMN = 330
  /** Gap between a box and an edge label beside it. */
  const GAP = 8
  const ROW = 58
  const FIRST = 8
  const SVG = 'http://www.w3.org/2000/svg'

  /** @type {number[][]} by node: indexes of its outgoing and incoming edges */
  const out = heap.nodes.map(() => [])
  /** @type {number[][]} */
  const back = heap.nodes.map(() => [])
  for (const [place, { from, to }] of heap.edges.entries()) {
    out[from]?.push(place)
    back[to]?.push(place)
  }
  /** @type {Map<number, { column: number, row: number }>} the visible nodes and their positions */
  const shown = new Map()
  let selected = 0

  const frame = document.createElement('div')
  frame.className = 'frame'
  frame.tabIndex = 0
  frame.setAttribute('role', 'application')
  frame.setAttribute(
    'aria-label',
    'heap explorer: arrow keys move between objects, Enter shows their references, Shift Enter their retainers',
  )
  const svg = document.createElementNS(SVG, 'svg')
  frame.append(svg)
  const side = document.createElement('div')
  side.className = 'side'
  const search = document.createElement('input')
  search.type = 'search'
  search.placeholder = `find among ${heap.nodes.length.toLocaleString('en-US')} objects`
  search.setAttribute('aria-label', 'find an object by type, name or id')
  const results = document.createElement('ul')
  results.className = 'results'
  const facts = document.createElement('div')
  facts.setAttribute('aria-live', 'polite')
  side.append(search, results, facts)
  holder.append(frame, side)
  const port = viewport(frame, svg, extent)

  search.addEventListener('input', () => {
    const wanted = search.value.trim().toLowerCase()
    const found =
      wanted === ''
        ? []
        : heap.nodes.flatMap((node, at) => (textOf(node).toLowerCase().includes(wanted) ? [at] : [])).slice(0, 12)
    results.replaceChildren(...found.map(at => listed(at, '')))
    if (wanted !== '' && found.length === 0) results.replaceChildren(line('Nothing here has that type, name or id.'))
  })
  frame.addEventListener('keydown', event => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      move(step[0] ?? 0, step[1] ?? 0)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      expand(selected, event.shiftKey ? back : out)
    }
  })
  start(0)

  /**
   * Restarts around an object: its path from the root, or its nearest retainers, and its references.
   * @param {number} at
   */
  function start(at) {
    shown.clear()
    const path = heap.path.at(-1) === at ? heap.path : [at]
    for (const [step, node] of path.entries()) place(node, step - path.length + 1)
    expand(at, out, FIRST, false)
    if (path.length === 1) expand(at, back, FIRST, false)
    select(at)
    draw()
    centre(at)
  }

  /** @param {number} node @param {number} column */
  function place(node, column) {
    if (shown.has(node)) return
    const rows = [...shown.values()].filter(spot => spot.column === column).map(spot => spot.row)
    shown.set(node, { column, row: rows.length === 0 ? 0 : Math.max(...rows) + 1 })
  }

  /** @param {number} node @param {number[][]} lists @param {number} [most] @param {boolean} [redraw] */
  function expand(node, lists, most = FIRST, redraw = true) {
    const spot = shown.get(node)
    if (spot === undefined) return
    const others = (lists[node] ?? []).map(edge => other(edge, node)).filter(one => !shown.has(one))
    others.sort((a, b) => (heap.nodes[b]?.retained ?? 0) - (heap.nodes[a]?.retained ?? 0))
    const column = spot.column + (lists === out ? 1 : -1)
    for (const one of [...new Set(others)].slice(0, most)) {
      place(one, column)
    }
    settle(column)
    if (redraw) {
      select(node)
      draw()
    }
  }

  /** Places a column's objects in the order of their neighbours, each on its own row. @param {number} column */
  function settle(column) {
    const members = [...shown].filter(([, spot]) => spot.column === column)
    const wish = new Map(
      members.map(([node]) => {
        const rows = [...(out[node] ?? []), ...(back[node] ?? [])]
          .map(edge => shown.get(other(edge, node)))
          .filter(spot => spot !== undefined && Math.abs(spot.column - column) === 1)
          .map(spot => /** @type {{ row: number }} */ (spot).row)
        return [node, rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + row, 0) / rows.length]
      }),
    )
    members.sort((a, b) => (wish.get(a[0]) ?? 0) - (wish.get(b[0]) ?? 0) || b[1].row - a[1].row || a[0] - b[0])
    const middle = members.reduce((sum, [node]) => sum + (wish.get(node) ?? 0), 0) / Math.max(1, members.length)
    for (const [at, [, spot]] of members.entries())
      spot.row = Math.round((middle - (members.length - 1) / 2 + at) * 2) / 2
  }

  /** @param {number} edge @param {number} node */
  function other(edge, node) {
    const { from, to } = /** @type {{ from: number, to: number }} */ (heap.edges[edge])
    return from === node ? to : from
  }

  function extent() {
    const spots = [...shown.values()]
    if (spots.length === 0) return { x: 0, y: 0, width: 800, height: 500 }
    const x = Math.min(...spots.map(spot => spot.column)) * COLUMN - 40
    const y = Math.min(...spots.map(spot => spot.row)) * ROW - 40
    const right = Math.max(...spots.map(spot => spot.column)) * COLUMN + WIDTH + 40
    const bottom = Math.max(...spots.map(spot => spot.row)) * ROW + HEIGHT + 40
    return { x, y, width: right - x, height: bottom - y }
  }

  /** @param {number} node */
  function centre(node) {
    const spot = shown.get(node)
    if (spot !== undefined) port.centre(spot.column * COLUMN + WIDTH / 2, spot.row * ROW + HEIGHT / 2)
  }

  function draw() {
    const lines = []
    const largest = Math.log2(1 + Math.max(...heap.nodes.map(node => node.retained)))
    for (const { from, to, label, type } of heap.edges) {
      const [a, b] = [shown.get(from), shown.get(to)]
      if (a === undefined || b === undefined || from === to) continue
      const forward = b.column > a.column
      const [x1, y1] = [
        a.column * COLUMN + (forward ? WIDTH : b.column === a.column ? WIDTH : 0),
        a.row * ROW + HEIGHT / 2,
      ]
      const [x2, y2] = [b.column * COLUMN + (forward ? 0 : WIDTH), b.row * ROW + HEIGHT / 2]
      const bend = forward ? (x2 - x1) / 2 : 60
      const [c1, c2] = forward ? [x1 + bend, x2 - bend] : [x1 + (b.column === a.column ? bend : -bend), x2 + bend]
      const near = from === selected || to === selected
      const line = made('path', {
        d: `M${x1} ${y1} C${c1} ${y1} ${c2} ${y2} ${x2} ${y2}`,
        class: `edge ${type === 'weak' ? 'weak' : ''} ${near ? 'near' : ''}`,
      })
      lines.push(line)
      if (near || shown.size < 14) {
        // Beside the unselected object, so that the labels of one object do not overlap.
        const atFirst = to === selected
        const [x, y] = atFirst ? [x1, y1] : [x2, y2]
        const toRight = forward === atFirst
        const name = made('text', {
          x: String(x + (toRight ? GAP : -GAP)),
          y: String(y - 5),
          class: 'name',
          'text-anchor': toRight ? 'start' : 'end',
        })
        name.textContent = label.length > 22 ? `${label.slice(0, 21)}…` : label
        name.append(titled(label))
        lines.push(name)
      }
    }
    const boxes = [...shown].map(([at, { column, row }]) => {
      const node = /** @type {Node} */ (heap.nodes[at])
      const group = made('g', {
        transform: `translate(${column * COLUMN} ${row * ROW})`,
        class: `object role-${node.role} ${at === selected ? 'selected' : ''}`,
      })
      const weight = largest === 0 ? 0 : Math.log2(1 + node.retained) / largest
      const box = made('rect', { width: String(WIDTH), height: String(HEIGHT), rx: '6' })
      const bar = made('rect', {
        width: String(Math.max(2, weight * WIDTH)),
        height: '3',
        y: String(HEIGHT - 3),
        class: 'bar',
      })
      const first = made('text', { x: '8', y: '18' })
      first.textContent = cut(node.type, 27)
      const second = made('text', { x: '8', y: '34', class: 'soft' })
      second.textContent = cut(`${bytes(node.retained)}  ${node.label}`, 33)
      group.append(
        box,
        bar,
        first,
        second,
        titled(
          `${node.type} @${node.id}\n${node.label}\n${bytes(node.retained)} retained, ${bytes(node.shallow)} shallow\ndouble click: references; Shift: retainers`,
        ),
      )
      group.addEventListener('click', () => {
        select(at)
        draw()
      })
      group.addEventListener('dblclick', event => expand(at, event.shiftKey ? back : out))
      return group
    })
    svg.replaceChildren(...lines, ...boxes)
  }

  /** @param {number} at */
  function select(at) {
    selected = at
    const node = /** @type {Node} */ (heap.nodes[at])
    const title = document.createElement('h3')
    title.textContent = `${node.type} @${node.id}`
    const list = document.createElement('dl')
    for (const [term, value] of [
      ['What', node.label],
      ['Retained', bytes(node.retained)],
      ['Shallow', bytes(node.shallow)],
      ['Place', node.place ?? ''],
    ]) {
      if (!value) continue
      const name = document.createElement('dt')
      name.textContent = term ?? ''
      const fact = document.createElement('dd')
      fact.textContent = value
      list.append(name, fact)
    }
    const bar = document.createElement('p')
    bar.append(
      button('Retainers', () => expand(selected, back)),
      button('References', () => expand(selected, out)),
      button('Begin here', () => start(selected)),
    )
    facts.replaceChildren(
      title,
      list,
      bar,
      related('Retained by', at, back, node.retainers),
      related('Refers to', at, out, node.references),
    )
  }

  /** @param {string} title @param {number} at @param {number[][]} lists @param {number} total */
  function related(title, at, lists, total) {
    const part = document.createElement('details')
    part.open = true
    const summary = document.createElement('summary')
    summary.textContent = `${title} (${total.toLocaleString('en-US')})`
    const list = document.createElement('ul')
    const edges = (lists[at] ?? []).slice(0, 30)
    list.append(...edges.map(edge => listed(other(edge, at), heap.edges[edge]?.label ?? '')))
    if (total > edges.length) list.append(line(`${(total - edges.length).toLocaleString('en-US')} more in the heap`))
    part.append(summary, list)
    return part
  }

  /** @param {string} words */
  function line(words) {
    const item = document.createElement('li')
    item.textContent = words
    return item
  }

  /** @param {number} at @param {string} label */
  function listed(at, label) {
    const node = /** @type {Node} */ (heap.nodes[at])
    const item = document.createElement('li')
    const link = button(`${cut(label, 40)} ${node.type} @${node.id} ${cut(node.label, 40)}`.trim(), () => {
      if (!shown.has(at)) {
        const spot = shown.get(selected)
        const column = (spot?.column ?? 0) + ((out[selected] ?? []).some(edge => heap.edges[edge]?.to === at) ? 1 : -1)
        if ([...(out[selected] ?? []), ...(back[selected] ?? [])].some(edge => other(edge, selected) === at)) {
          place(at, column)
          settle(column)
        } else return start(at)
      }
      select(at)
      draw()
      centre(at)
    })
    item.append(link, ` ${bytes(node.retained)}`)
    return item
  }

  /** Selects the nearest object in a direction. @param {number} dx @param {number} dy */
  function move(dx, dy) {
    const here = shown.get(selected)
    if (here === undefined) return
    let best
    let least = Number.POSITIVE_INFINITY
    for (const [node, spot] of shown) {
      const [across, down] = [spot.column - here.column, spot.row - here.row]
      if (node === selected || (dx !== 0 ? across * dx <= 0 : across !== 0 || down * dy <= 0)) continue
      const far = Math.abs(across) * 10 + Math.abs(down)
      if (far < least) [best, least] = [node, far]
    }
    if (best === undefined) return
    select(best)
    draw()
    centre(best)
  }

  /** @param {string} name @param {Record<string, string>} attributes @returns {SVGElement} */
  function made(name, attributes) {
    const element = /** @type {SVGElement} */ (document.createElementNS(SVG, name))
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    return element
  }

  /** @param {string} words */
  function titled(words) {
    const title = made('title', {})
    title.textContent = words
    return title
  }

  /** @param {string} label @param {() => void} act */
  function button(label, act) {
    const element = document.createElement('button')
    element.type = 'button'
    element.textContent = label
    element.addEventListener('click', act)
    return element
  }

  /** @param {Node} node */
  function textOf(node) {
    return `${node.type} @${node.id} ${node.label} ${node.place ?? ''}`
  }

  /** @param {string} words @param {number} most */
  function cut(words, most) {
    return words.length > most ? `${words.slice(0, most - 1)}…` : words
  }

  /** @param {number} value */
  function bytes(value) {
    const units = ['B', 'KB', 'MB', 'GB']
    let at = 0
    let size = value
    while (size >= 1024 && at < 3) {
      size /= 1024
      at++
    }
    return `${at === 0 ? size : size.toFixed(1)} ${units[at]}`
  }
})()
