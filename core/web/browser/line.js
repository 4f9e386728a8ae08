// The mark of a dead line, the same on every page: <p id="line" class="line-dead" role="alert" hidden>.
import { timeText } from './clock.js';
import { onLanguage, t } from './words.js';

/**
 * Answers with an `onLine` for `follow` that shows and hides the page's mark.
 * @param {() => import('./sequence.js').ServerClock} clock  the clock of the followed topic
 * @param {HTMLElement|null} mark
 */
export function lineMark(clock, mark = document.getElementById('line')) {
  let last = { up: true, since: 0 };
  function show(status) {
    last = status;
    if (!mark) return;
    mark.textContent = status.up ? '' : t('common.line_dead', { time: timeText(status.since, clock().minutes) });
    mark.hidden = status.up;
    document.documentElement.classList.toggle('is-dead', !status.up);
  }
  onLanguage(() => show(last));
  return show;
}
