// Whether everything that is written can be read: no text cut by a box that does not scroll, nothing beyond the edge.

/** Runs in the page. One line for each text that is cut and each thing that hangs over the edge. */
export function cutOff() {
  const SLACK_PX = 1.5;
  const { clientWidth, clientHeight } = document.documentElement;
  // People's own words may end in dots: the page that shows the record shows them whole.
  const LEFT_OUT = '.visually-hidden, [data-may-cut], .maplibregl-map, [inert] *';
  const found = [];
  const wide = (element) => element.scrollWidth > element.clientWidth + SLACK_PX;
  const named = (element) =>
    element.closest('[data-testid]')?.dataset.testid ?? element.tagName.toLowerCase();
  for (const element of [document.documentElement, document.querySelector('main')]) {
    if (element && wide(element)) found.push(`${named(element)} scrolls sideways`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent === null || parent.closest(LEFT_OUT) || !parent.checkVisibility())
      continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    const why = cutBy(parent, box);
    if (why) found.push(`text “${node.data.trim().slice(0, 40)}” in ${named(parent)}: ${why}`);
  }
  return found;

  /** The first box around the text that hides some of it, unless it can be scrolled that way. */
  function cutBy(from, box) {
    let across = true;
    let down = true;
    for (
      let around = from;
      around !== null && around !== document.documentElement;
      around = around.parentElement
    ) {
      const style = getComputedStyle(around);
      if (style.display === 'inline') continue;
      if (['auto', 'scroll'].includes(style.overflowX)) across = false;
      if (['auto', 'scroll'].includes(style.overflowY)) down = false;
      const edge = around.getBoundingClientRect();
      const hides = (overflow) => overflow === 'hidden' || overflow === 'clip';
      if (across && hides(style.overflowX)) {
        const over = Math.max(box.right - edge.right, edge.left - box.left);
        if (over > SLACK_PX) return `cut by ${Math.round(over)} px across`;
      }
      if (down && hides(style.overflowY)) {
        const over = Math.max(box.bottom - edge.bottom, edge.top - box.top);
        // A line's box is taller than its letters.
        if (over > SLACK_PX + 3) return `cut by ${Math.round(over)} px down`;
      }
      if (style.position === 'fixed') break;
    }
    if (across && (box.right > clientWidth + SLACK_PX || box.left < -SLACK_PX)) return 'beyond the edge';
    if (down && box.bottom > clientHeight + SLACK_PX) return 'below the edge';
    return null;
  }
}
