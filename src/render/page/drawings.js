// @ts-check
/* global viewport */
// Opens the page's drawings at the selected object, at a readable size.
;(() => {
  for (const figure of document.querySelectorAll('figure.drawing')) {
    const svg = /** @type {SVGSVGElement | null} */ (figure.querySelector('svg'))
    if (svg === null) continue
    const { x, y, width, height } = svg.viewBox.baseVal
    const whole = { x, y, width, height }
    const frame = /** @type {HTMLElement} */ (figure)
    // Small pictures keep their size; large ones are panned in a frame.
    frame.style.height = `${Math.min(Math.max(height * 1.34, 160), 620)}px`
    frame.tabIndex = 0
    frame.setAttribute('aria-label', 'object graph: drag to move, Ctrl and wheel or + and - to zoom, 0 shows all')
    const port = viewport(frame, svg, () => whole)
    const asked = /** @type {SVGGraphicsElement | null} */ (svg.querySelector('[data-role="asked"]'))
    if (asked === null) port.show(whole)
    else {
      const box = boxIn(svg, asked)
      port.centre(box.x + box.width / 2, box.y + box.height / 2)
    }
  }

  /** The bounding box of a part in the picture's units. @param {SVGSVGElement} svg @param {SVGGraphicsElement} part */
  function boxIn(svg, part) {
    const box = part.getBBox()
    const toScreen = part.getScreenCTM()
    const fromScreen = svg.getScreenCTM()?.inverse()
    if (toScreen === null || fromScreen === undefined) return box
    const matrix = fromScreen.multiply(toScreen)
    const from = new DOMPoint(box.x, box.y).matrixTransform(matrix)
    const to = new DOMPoint(box.x + box.width, box.y + box.height).matrixTransform(matrix)
    return {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.abs(to.x - from.x),
      height: Math.abs(to.y - from.y),
    }
  }
})()
