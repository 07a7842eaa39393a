// @ts-check
// A picture that can be dragged and zoomed by wheel, buttons and keys. Used for drawings and the explorer.

/**
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 * @param {HTMLElement} frame the visible frame around the picture
 * @param {SVGSVGElement} svg
 * @param {() => Box} whole the whole picture, in its own units
 */
// biome-ignore lint/correctness/noUnusedVariables: the scripts of the page are one when it is written
function viewport(frame, svg, whole) {
  /** @type {Box} */
  let view = { ...whole() }
  const bar = document.createElement('div')
  bar.className = 'zoom'
  for (const [label, title, act] of /** @type {[string, string, () => void][]} */ ([
    ['+', 'zoom in', () => zoom(0.8)],
    ['−', 'zoom out', () => zoom(1.25)],
    ['all', 'show all of it', () => show(whole())],
  ])) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = label
    button.title = title
    if (!/\w/.test(label)) button.setAttribute('aria-label', title)
    button.addEventListener('click', act)
    bar.append(button)
  }
  frame.classList.add('viewport')
  frame.append(bar)
  svg.removeAttribute('width')
  svg.removeAttribute('height')
  svg.setAttribute('preserveAspectRatio', 'xMidYMid meet')

  function apply() {
    svg.setAttribute('viewBox', `${view.x} ${view.y} ${view.width} ${view.height}`)
  }

  /** @param {Box} box */
  function show(box) {
    view = { ...box }
    apply()
  }

  /**
   * Shows the picture at one pixel per unit: all of it if it fits, else centred on a point.
   * @param {number} x @param {number} y
   */
  function centre(x, y) {
    const all = whole()
    const width = frame.clientWidth || 800
    const height = frame.clientHeight || 500
    if (all.width <= width && all.height <= height) {
      view = { x: all.x - (width - all.width) / 2, y: all.y - (height - all.height) / 2, width, height }
    } else view = { x: x - width / 2, y: y - height / 2, width, height }
    apply()
  }

  /** @param {number} factor @param {number} [atX] @param {number} [atY] the fixed point in the view, 0 to 1 */
  function zoom(factor, atX = 0.5, atY = 0.5) {
    const all = whole()
    const largest = Math.max(all.width, frame.clientWidth) * 4
    if (view.width * factor > largest || view.width * factor < 60) return
    view = {
      x: view.x + view.width * atX * (1 - factor),
      y: view.y + view.height * atY * (1 - factor),
      width: view.width * factor,
      height: view.height * factor,
    }
    apply()
  }

  /** Picture units per screen pixel. */
  const scale = () => Math.max(view.width / (frame.clientWidth || 1), view.height / (frame.clientHeight || 1))

  frame.addEventListener(
    'wheel',
    event => {
      // The wheel scrolls the page and, with Ctrl, zooms the picture, as in online maps.
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const { left, top, width, height } = frame.getBoundingClientRect()
      zoom(event.deltaY > 0 ? 1.15 : 0.87, (event.clientX - left) / width, (event.clientY - top) / height)
    },
    { passive: false },
  )
  let dragged = false
  frame.addEventListener('pointerdown', event => {
    if (event.button !== 0 || /** @type {Element} */ (event.target).closest('button, .zoom') !== null) return
    dragged = false
    const start = { x: event.clientX, y: event.clientY, view: { ...view } }
    /** @param {PointerEvent} moved */
    const move = moved => {
      const by = scale()
      const [dx, dy] = [moved.clientX - start.x, moved.clientY - start.y]
      if (Math.abs(dx) + Math.abs(dy) > 4) dragged = true
      view = { ...start.view, x: start.view.x - dx * by, y: start.view.y - dy * by }
      apply()
    }
    addEventListener('pointermove', move)
    addEventListener('pointerup', () => removeEventListener('pointermove', move), { once: true })
  })
  // The end of a drag is not a click.
  frame.addEventListener(
    'click',
    event => {
      if (!dragged) return
      event.preventDefault()
      event.stopPropagation()
    },
    true,
  )
  frame.addEventListener('keydown', event => {
    if (event.key === '+' || event.key === '=') zoom(0.8)
    else if (event.key === '-') zoom(1.25)
    else if (event.key === '0') show(whole())
  })
  return { centre, show, zoom }
}
