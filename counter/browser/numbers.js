// Ticket numbers as an officer types them, and what calling one would mean. Pure.

/** `a 7` → `A007`: capitals, no blanks, at least three digits. */
export function tidyNumber(typed) {
  const plain = String(typed).toUpperCase().replace(/[\s.\-_]/g, '');
  const match = /^([A-Z]+)(\d{1,5})$/.exec(plain);
  if (!match) return plain;
  return match[1] + match[2].replace(/^0+(?=\d)/, '').padStart(3, '0');
}

/**
 * Where a number stands at this counter: `{found, place, before, ticket}`; `place` counts from 1, `before` is how
 * many it would pass. A number that is not in the list may still wait: only the head of the list is sent.
 */
export function standingOf(view, number) {
  const index = view.waiting.findIndex((each) => each.number === number);
  if (index < 0) return { found: false, place: null, before: null, ticket: null };
  return { found: true, place: index + 1, before: index, ticket: view.waiting[index] };
}

/** Whether calling this number needs a reason: all but the first in the order of calls. */
export function needsReason(view, number) {
  const first = view.next || view.waiting[0];
  return !first || first.number !== number;
}
