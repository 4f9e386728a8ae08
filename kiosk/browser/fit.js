/** Much to say on one screen: it is set closer, in steps, until everything that is touched is in sight. */

const STEPS = ['', '1', '2', '3'];

/** Set `screen` as loosely as it fits. What does not fit even so can be moved by a finger. */
export function fit(screen) {
  for (const step of STEPS) {
    if (step) screen.dataset.dense = step;
    else delete screen.dataset.dense;
    if (screen.scrollHeight <= screen.clientHeight + 1) return step;
  }
  return STEPS[STEPS.length - 1];
}
