// @ts-check
// Tables of a page: a click on a header sorts, a box above a long table filters. Of a very long table only
// the visible rows are in the document.
;(() => {
  const FILTER_FROM = 8
  const WINDOW_FROM = 400
  const ROW_HEIGHT = 30

  for (const table of document.querySelectorAll('table.data')) enhance(/** @type {HTMLTableElement} */ (table))

  /** @param {HTMLTableElement} table */
  function enhance(table) {
    const body = table.tBodies[0]
    const head = table.tHead?.rows[0]
    if (body === undefined || head === undefined) return
    const all = [...body.rows]
    let shown = all
    /** @type {{ column: number, down: boolean } | undefined} */
    let order
    const scroller = all.length > WINDOW_FROM ? windowed(table, body) : undefined

    for (const [column, cell] of [...head.cells].entries()) {
      if (cell.textContent === '') continue
      const button = document.createElement('button')
      button.append(...cell.childNodes)
      cell.append(button)
      cell.setAttribute('aria-sort', 'none')
      button.addEventListener('click', () => {
        // Numbers are sorted largest first, texts from A.
        const down = order?.column === column ? !order.down : cell.classList.contains('number')
        order = { column, down }
        for (const other of head.cells) if (other.hasAttribute('aria-sort')) other.setAttribute('aria-sort', 'none')
        cell.setAttribute('aria-sort', down ? 'descending' : 'ascending')
        draw()
      })
    }
    if (all.length >= FILTER_FROM) {
      const box = document.createElement('input')
      box.type = 'search'
      box.placeholder = `filter ${all.length.toLocaleString('en-US')} rows`
      box.setAttribute('aria-label', 'filter the rows of this table')
      box.addEventListener('input', () => {
        const wanted = box.value.toLowerCase()
        shown = wanted === '' ? all : all.filter(row => (row.textContent ?? '').toLowerCase().includes(wanted))
        draw()
      })
      const place = scroller === undefined ? table.parentElement : scroller.element
      place?.before(box)
    }
    if (scroller !== undefined) draw()

    function draw() {
      const rows = order === undefined ? shown : sorted(shown, order)
      if (scroller === undefined) body?.replaceChildren(...rows)
      else scroller.show(rows)
    }
  }

  /** @param {HTMLTableRowElement[]} rows @param {{ column: number, down: boolean }} order */
  function sorted(rows, { column, down }) {
    /** @param {HTMLTableRowElement} row */
    const keyOf = row => {
      const cell = row.cells[column]
      const value = cell?.dataset.value
      return value === undefined ? (cell?.textContent ?? '') : Number(value)
    }
    const keyed = rows.map(row => ({ row, value: keyOf(row) }))
    keyed.sort((a, b) => {
      const one = a.value
      const other = b.value
      const least =
        typeof one === 'number' && typeof other === 'number' ? one - other : String(one).localeCompare(String(other))
      return down ? -least : least
    })
    return keyed.map(({ row }) => row)
  }

  /**
   * Keeps only the visible rows in the document.
   * @param {HTMLTableElement} table @param {HTMLTableSectionElement} body
   */
  function windowed(table, body) {
    const element = /** @type {HTMLElement} */ (table.parentElement)
    element.classList.add('window')
    /** @type {HTMLTableRowElement[]} */
    let rows = []
    const columns = table.tHead?.rows[0]?.cells.length ?? 1
    /** @param {number} height */
    const spacer = height => {
      const row = document.createElement('tr')
      const cell = row.insertCell()
      cell.colSpan = columns
      cell.style.height = `${height}px`
      row.className = 'spacer'
      row.setAttribute('aria-hidden', 'true')
      return row
    }
    const draw = () => {
      const first = Math.max(0, Math.floor(element.scrollTop / ROW_HEIGHT) - 10)
      const count = Math.ceil(element.clientHeight / ROW_HEIGHT) + 20
      const seen = rows.slice(first, first + count)
      body.replaceChildren(
        spacer(first * ROW_HEIGHT),
        ...seen,
        spacer(Math.max(0, rows.length - first - seen.length) * ROW_HEIGHT),
      )
    }
    element.addEventListener('scroll', () => requestAnimationFrame(draw), { passive: true })
    // All rows are printed.
    addEventListener('beforeprint', () => body.replaceChildren(...rows))
    addEventListener('afterprint', draw)
    return {
      element,
      /** @param {HTMLTableRowElement[]} wanted */
      show(wanted) {
        rows = wanted
        element.scrollTop = 0
        draw()
      },
    }
  }
})()
