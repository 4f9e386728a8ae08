/** Moving the focus with arrow keys: from one target to the one that lies that way. Pure geometry, pixels. */

const ACROSS = 3; // a step aside weighs so much more than one ahead

const WAYS = {
  ArrowRight: (from, to) => [to.left - from.right, gap(from.top, from.bottom, to.top, to.bottom)],
  ArrowLeft: (from, to) => [from.left - to.right, gap(from.top, from.bottom, to.top, to.bottom)],
  ArrowDown: (from, to) => [to.top - from.bottom, gap(from.left, from.right, to.left, to.right)],
  ArrowUp: (from, to) => [from.top - to.bottom, gap(from.left, from.right, to.left, to.right)],
};

/** The distance of two spans, 0 where they overlap. */
function gap(a, b, c, d) {
  return Math.max(0, c - b, a - d);
}

/** Whether a key moves the focus. */
export const moves = (key) => key in WAYS;

/** Which of `targets` (rectangles) lies next that way, or -1. A pixel of overlap is forgiven. */
export function nextOf(key, from, targets) {
  let best = -1;
  let least = Infinity;
  targets.forEach((to, at) => {
    const [ahead, aside] = WAYS[key](from, to);
    if (ahead < -1) return;
    const weight = Math.max(0, ahead) + ACROSS * aside;
    if (weight < least) [best, least] = [at, weight];
  });
  return best;
}
