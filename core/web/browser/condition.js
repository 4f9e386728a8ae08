// The mark of a hall that can keep nothing: a red strip on every page of the staff, as long as it is so.
import { onLanguage, t } from './words.js';

/**
 * @typedef {{writable: boolean, since: string|null, fault: string|null}} Condition
 *   `since`: an instant in the hall's own time, ISO 8601; `fault`: full, read_only, locked, device, damaged, moved, stalled
 */

/** What the strip says; nothing where all is well. Pure. */
export function conditionText(condition) {
  if (!condition || condition.writable) return '';
  return t('common.store', { time: (condition.since || '').slice(11, 16), fault: t(`common.store.${condition.fault}`) });
}

/** Answers with an `onHall` for `follow` that shows and hides the strip. */
export function conditionMark() {
  const mark = document.createElement('p');
  mark.id = 'store';
  mark.className = 'line-dead';
  mark.setAttribute('role', 'alert');
  mark.hidden = true;
  document.body.insertBefore(mark, document.getElementById('line'));
  let last = null;
  function show(condition) {
    last = condition;
    mark.textContent = conditionText(condition);
    mark.hidden = mark.textContent === '';
  }
  onLanguage(() => show(last));
  return show;
}
