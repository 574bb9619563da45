// Whether a gloved finger hits what it means: each target at least 64 px either way, none nearer than 8 px to the next.

/** Runs in the page. One line for each target that is too small or too near another. */
export function narrowTargets() {
  const LEAST_PX = 64;
  // The house rule is 12 px; the bar at the side of a low screen has 8.
  const APART_PX = 8;
  const SLACK_PX = 0.6;
  const named = (element) =>
    element.dataset.testid ?? element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 30);
  const found = [...document.querySelectorAll('a[href], button, input, textarea, label:has(input), summary')];
  const seen = found
    .filter((element) => !element.closest('.visually-hidden, [aria-hidden=true], .maplibregl-ctrl-attrib'))
    .filter((element) => !(element.matches('input') && element.closest('label')))
    .filter((element) => !element.querySelector('label, button, a'))
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ element, box }) => {
      if (box.width === 0 || box.height === 0) return false;
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return top !== null && (element.contains(top) || top.contains(element));
    });
  const small = seen
    .filter(({ element }) => !element.matches('label:not(:has(input))'))
    .filter(({ box }) => box.width < LEAST_PX - SLACK_PX || box.height < LEAST_PX - SLACK_PX)
    .map(
      ({ element, box }) => `target ${named(element)}: ${Math.round(box.width)} x ${Math.round(box.height)}`,
    );
  // What is scrolled half under a bar, or close to it, can be scrolled away again: only whole targets are measured
  // against each other, and only those that move together.
  const scrolls = (element) =>
    ['auto', 'scroll'].includes(getComputedStyle(element).overflowY) &&
    element.scrollHeight > element.clientHeight;
  const scroller = (element) => {
    let around = element.parentElement;
    while (around !== null && !scrolls(around)) around = around.parentElement;
    return around;
  };
  const whole = ({ element, box }) => {
    const edge = scroller(element)?.getBoundingClientRect();
    return edge === undefined || (box.top >= edge.top && box.bottom <= edge.bottom);
  };
  const inSight = seen.filter(whole);
  const near = inSight.flatMap((one, at) =>
    inSight.slice(at + 1).flatMap((other) => {
      const joined =
        one.element.matches('label') && one.element.parentElement === other.element.parentElement;
      if (joined && one.element.closest('fieldset')) return [];
      if (scroller(one.element) !== scroller(other.element)) return [];
      const x = Math.max(one.box.left - other.box.right, other.box.left - one.box.right);
      const y = Math.max(one.box.top - other.box.bottom, other.box.top - one.box.bottom);
      const gap = Math.max(x, y);
      if (gap >= APART_PX - SLACK_PX || gap < -LEAST_PX / 2) return [];
      return [`targets ${named(one.element)} and ${named(other.element)}: ${Math.round(gap)} px apart`];
    }),
  );
  return [...small, ...near];
}
